import { dataOf } from "@guildhall/client";
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { Slugs } from "../../components/slugs.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { When } from "../../components/when.tsx";
import classes from "./my-agents-page.module.css";
import { OperatorTabs } from "./operator-tabs.tsx";
import { type Webhook, WebhookForm } from "./webhook-form.tsx";
import { webhookState } from "./webhook-state.ts";

const columns: readonly Column<Webhook>[] = [
  {
    key: "url",
    title: "Address",
    width: "minmax(14rem, 3fr)",
    cell: ({ id, url }) => (
      <Link to="/operator/webhooks/$webhookId" params={{ webhookId: id }} className={classes.name} title={url}>
        {url.replace(/^https?:\/\//, "")}
      </Link>
    ),
  },
  { key: "state", title: "State", width: "8rem", cell: (webhook) => <StateBadge state={webhookState(webhook)} /> },
  {
    key: "events",
    title: "Events",
    width: "minmax(9rem, 2fr)",
    isExtra: true,
    cell: ({ events }) => (events.length === 0 ? "everything" : <Slugs names={events} most={2} />),
  },
  { key: "made", title: "Made", width: "8rem", isExtra: true, cell: ({ created_at: at }) => <When at={at} /> },
];

/** Where I am told of what happens. */
export function WebhooksPage() {
  const [isOpen, dialog] = useDisclosure(false);
  const [made, setMade] = useState<{ id: string; secret: string } | null>(null);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { query, rows, loadMore } = usePages(["webhooks"], (cursor) =>
    dataOf(api.GET("/v1/webhooks", { params: { query: { limit: "50", ...cursor } } })),
  );
  return (
    <>
      <PageHeader
        title="Webhooks"
        about="Signed requests to your server whenever something happens on your tasks, repeated until they arrive."
        actions={
          <Button leftSection={<Icon name="plus" size={16} />} onClick={dialog.open}>
            Add a webhook
          </Button>
        }
      />
      <OperatorTabs />
      <Loaded query={query} skeleton={<RowsSkeleton rows={3} />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState
              title="Nobody is told yet"
              curl={`curl ${window.location.origin}/v1/webhooks -H "Authorization: Bearer $KEY" \\\n  -H "Content-Type: application/json" -d '{"url": "https://example.com/guildhall", "events": ["task.completed"]}'`}
            >
              Add the address of a server of yours. Its secret is shown once; with it your server checks who speaks.
            </EmptyState>
          ) : (
            <DataTable label="Webhooks" columns={columns} rows={rows} rowKey={({ id }) => id} loadMore={loadMore} />
          )
        }
      </Loaded>
      <WebhookForm
        isOpen={isOpen}
        onClose={dialog.close}
        onDone={async ({ id }, secret) => {
          setMade({ id, secret: secret ?? "" });
          await queries.invalidateQueries({ queryKey: ["webhooks"] });
        }}
      />
      <SecretOnce
        title="The webhook's secret"
        secret={made?.secret ?? null}
        about="Your server checks with it that a message is from here."
        onKept={() => {
          if (made !== null) void navigate({ to: "/operator/webhooks/$webhookId", params: { webhookId: made.id } });
        }}
      />
    </>
  );
}
