import { dataOf } from "@guildhall/client";
import { Button, Group, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { CopyableId } from "../../components/copyable.tsx";
import { describeError } from "../../components/describe-error.ts";
import { Facts } from "../../components/facts.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { Slugs } from "../../components/slugs.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { Deliveries } from "./deliveries.tsx";
import { type Webhook, WebhookForm } from "./webhook-form.tsx";
import { webhookState } from "./webhook-state.ts";

const route = getRouteApi("/in/operator/webhooks/$webhookId");

/** One webhook: how it fares, its secrets, what was sent to it. */
export function WebhookPage() {
  const { webhookId: id } = route.useParams();
  const query = useQuery({
    queryKey: ["webhook", id],
    queryFn: () => dataOf(api.GET("/v1/webhooks/{id}", { params: { path: { id } } })),
  });
  return (
    <Loaded query={query}>
      {({ webhook }) => (
        <>
          <PageHeader
            title={webhook.url.replace(/^https?:\/\//, "")}
            about={
              <>
                <StateBadge state={webhookState(webhook)} />
                {webhook.description === "" ? null : <span dir="auto">{webhook.description}</span>}
                <CopyableId id={id} of="webhook" />
              </>
            }
            actions={<Actions webhook={webhook} />}
          />
          <Facts
            facts={{
              Events: webhook.events.length === 0 ? "everything" : <Slugs names={webhook.events} />,
              Made: <When at={webhook.created_at} />,
              "Failing since": webhook.failing_since === null ? undefined : <When at={webhook.failing_since} />,
              "Switched off": webhook.disabled_at === null ? undefined : <Why webhook={webhook} />,
              "Old secret works": webhook.previous_secret_until === null ? undefined : <Overlap webhook={webhook} />,
            }}
          />
          <Deliveries webhook={webhook} />
        </>
      )}
    </Loaded>
  );
}

const reasons = {
  owner: "by you",
  unreachable: "every attempt failed for ten days",
  gone: "it answered 410",
} as const;

function Why({ webhook: { disabled_at: at, disabled_reason: reason } }: { readonly webhook: Webhook }) {
  return (
    <>
      <When at={at ?? ""} />, {reasons[reason as keyof typeof reasons]}
    </>
  );
}

function Overlap({ webhook: { previous_secret_until: until } }: { readonly webhook: Webhook }) {
  if (until === null || Date.parse(until) < Date.now()) return <>no longer</>;
  return (
    <>
      until <When at={until} />; messages carry both signatures
    </>
  );
}

function Actions({ webhook }: { readonly webhook: Webhook }) {
  const { id } = webhook;
  const params = { path: { id } };
  const [isOpen, dialog] = useDisclosure(false);
  const [secret, setSecret] = useState<string | null>(null);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const refresh = async (): Promise<void> => {
    await queries.invalidateQueries({
      predicate: ({ queryKey: [noun] }) => ["webhook", "webhooks", "deliveries"].includes(String(noun)),
    });
  };
  const ping = useMutation({
    mutationFn: () => dataOf(api.POST("/v1/webhooks/{id}/test", { params, body: {} })),
    onSuccess: async ({ delivery }) => {
      await refresh();
      await navigate({ to: ".", search: { delivery: delivery.id } });
    },
  });
  const switchTo = useMutation({
    mutationFn: (enabled: boolean) => dataOf(api.PATCH("/v1/webhooks/{id}", { params, body: { enabled } })),
    onSuccess: refresh,
  });
  const isOff = webhook.disabled_at !== null;
  const fault = ping.error ?? switchTo.error;
  return (
    <>
      <Group gap="xs">
        <Menu position="bottom-end" width={220}>
          <Menu.Target>
            <Button variant="default">More</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={dialog.open}>Change address and events</Menu.Item>
            <Menu.Item onClick={() => switchTo.mutate(isOff)}>{isOff ? "Switch on" : "Switch off"}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <ConfirmButton
          label="Rotate secret"
          consequence="There is a new secret. For 24 hours every message is signed with both, so that your server can be changed meanwhile."
          isHarmless
          run={async () => {
            const rotated = await dataOf(api.POST("/v1/webhooks/{id}/rotate-secret", { params, body: {} }));
            setSecret(rotated.secret);
            await refresh();
          }}
        />
        <ConfirmButton
          label="Remove"
          consequence="It is gone at once, with its log and all that still waits to be sent."
          run={async () => {
            await api.DELETE("/v1/webhooks/{id}", { params });
            await navigate({ to: "/operator/webhooks" });
          }}
        />
        <Button loading={ping.isPending} disabled={isOff} onClick={() => ping.mutate()}>
          Send a test ping
        </Button>
      </Group>
      <FormProblem problem={fault === null ? null : describeError(fault).detail} />
      <WebhookForm key={webhook.url} isOpen={isOpen} onClose={dialog.close} webhook={webhook} onDone={refresh} />
      <SecretOnce
        title="The new secret"
        secret={secret}
        about="The old one works for 24 hours more: until then messages are signed with both."
        onKept={() => setSecret(null)}
      />
    </>
  );
}
