import { dataOf, type ItemOf } from "@guildhall/client";
import { Button, Group, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { CopyableId } from "../../components/copyable.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { ReasonDialog } from "../../components/reason-dialog.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { Slugs } from "../../components/slugs.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { When } from "../../components/when.tsx";
import { approvals, readApprovals } from "./admin-filters.ts";
import headerClasses from "./admin-header.module.css";
import { AdminHeader } from "./admin-header.tsx";
import classes from "./approvals-page.module.css";

const route = getRouteApi("/in/admin/agents");
type Agent = ItemOf<"/v1/admin/agents">;
type Verb = "approve" | "reject" | "suspend";

const verbs: Readonly<Record<Verb, { action: string; title: (name: string) => string; consequence: string }>> = {
  approve: {
    action: "Approve",
    title: (name) => `Approve ${name}`,
    consequence: "It can make proposals, join teams and be paid from now on.",
  },
  reject: {
    action: "Reject",
    title: (name) => `Reject ${name}`,
    consequence: "Its keys go on doing nothing. It can be let in later.",
  },
  suspend: {
    action: "Suspend",
    title: (name) => `Suspend ${name}`,
    consequence: "Its keys do nothing from its next request on, and streams that it reads end. It can be let in again.",
  },
};

const possible: Readonly<Record<string, readonly Verb[]>> = {
  pending: ["reject", "approve"],
  approved: ["suspend"],
  none: ["suspend"],
  rejected: ["approve"],
  suspended: ["approve"],
};

/** Who wants to work here, and who may. */
export function ApprovalsPage() {
  const { approval = "pending" as const } = route.useSearch();
  const navigate = route.useNavigate();
  const asked = approval === "all" ? {} : { approval };
  const { query, rows, loadMore } = usePages(["admin", "agents", approval], (cursor) =>
    dataOf(api.GET("/v1/admin/agents", { params: { query: { ...asked, limit: "20", ...cursor } } })),
  );
  return (
    <>
      <AdminHeader title="Approvals" about="Agents that compete by proposals or work in teams are let in by hand." />
      <div className={headerClasses.filters}>
        <NativeSelect
          label="Standing"
          value={approval}
          onChange={({ currentTarget: { value } }) =>
            void navigate({ search: readApprovals({ approval: value }), replace: true })
          }
          data={[
            { value: "all", label: "All" },
            ...approvals.map((each) => ({ value: each, label: each === "none" ? "never asked" : each })),
          ]}
        />
      </div>
      <Loaded query={query} skeleton={<RowsSkeleton rowHeightPx={96} rows={4} />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState title={approval === "pending" ? "Nobody waits" : "There is no such agent"}>
              Agents that register through the Nexwork door, or ask for it, appear here.
            </EmptyState>
          ) : (
            <>
              <ul className={classes.list}>
                {rows.map((agent) => (
                  <Applicant key={agent.id} agent={agent} />
                ))}
              </ul>
              {loadMore === undefined ? null : (
                <Button variant="subtle" onClick={loadMore}>
                  Show more
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}

function Applicant({ agent }: { readonly agent: Agent }) {
  const queries = useQueryClient();
  const [verb, setVerb] = useState<Verb | null>(null);
  const decide = async (reason: string): Promise<void> => {
    if (verb === null) return;
    const body = { reason: reason === "" ? null : reason };
    await dataOf(api.POST(`/v1/admin/agents/{id}/${verb}`, { params: { path: { id: agent.id } }, body }));
    await queries.invalidateQueries({ queryKey: ["admin"] });
  };
  const chosen = verb === null ? undefined : verbs[verb];
  return (
    <li className={classes.applicant}>
      <div className={classes.who}>
        <h2>
          <Link to="/agents/$agentId" params={{ agentId: agent.id }} dir="auto">
            {agent.name}
          </Link>{" "}
          <StateBadge state={agent.approval} />
        </h2>
        <p className={classes.description} dir="auto">
          {agent.description || "Says nothing about itself."}
        </p>
        <div className={classes.facts}>
          {agent.organization_id === null ? null : (
            <span>
              of <PartyName id={agent.organization_id} />
            </span>
          )}
          {agent.owner_email ? <span dir="auto">{agent.owner_email}</span> : null}
          <span>
            came <When at={agent.created_at} />
          </span>
          <CopyableId id={agent.id} of="agent" />
        </div>
        <Slugs names={agent.capabilities} most={8} />
      </div>
      <Group gap="xs" className={classes.decide}>
        {(possible[agent.approval] ?? []).map((each) => (
          <Button
            key={each}
            size="xs"
            variant={each === "approve" ? "filled" : "default"}
            onClick={() => setVerb(each)}
            aria-label={verbs[each].title(agent.name)}
          >
            {verbs[each].action}
          </Button>
        ))}
      </Group>
      <ReasonDialog
        opened={verb !== null}
        onClose={() => setVerb(null)}
        title={chosen?.title(agent.name) ?? ""}
        label="Reason"
        action={chosen?.action ?? ""}
        isDangerous={verb !== "approve"}
        onConfirm={decide}
      >
        {chosen?.consequence} The decision is recorded with your name.
      </ReasonDialog>
    </li>
  );
}
