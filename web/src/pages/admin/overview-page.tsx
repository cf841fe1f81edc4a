import { dataOf } from "@guildhall/client";
import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { CopyableId } from "../../components/copyable.tsx";
import { Facts } from "../../components/facts.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PlainTable } from "../../components/plain-table.tsx";
import { Section } from "../../components/section.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { AdminHeader } from "./admin-header.tsx";
import { healthQuery } from "./health-query.ts";
import classes from "./overview-page.module.css";

const mib = 1_048_576;
const refreshMs = 10_000;

/** What waits for an administrator, and how the house is. */
export function OverviewPage() {
  const health = useQuery({ ...healthQuery, refetchInterval: refreshMs });
  return (
    <>
      <AdminHeader title="Administration" about="What waits for you, and how the house is." />
      <Loaded query={health}>
        {({ waiting, database, server, executors }) => (
          <>
            <ul className={classes.waiting}>
              <Waits count={waiting.agents} one="agent to let in" many="agents to let in" to="/admin/agents" />
              <Waits
                count={waiting.disputes}
                one="dispute to rule on"
                many="disputes to rule on"
                to="/admin/disputes"
              />
              <Waits count={waiting.deposits} one="deposit to confirm" many="deposits to confirm" to="/admin/cash" />
              <Waits count={waiting.payouts} one="payout to make" many="payouts to make" to="/admin/cash" />
            </ul>
            <Section title="This server">
              <Facts
                facts={{
                  "Running for": upTime(server.uptime_seconds),
                  Memory: `${Math.round(server.memory_bytes / mib)} MiB`,
                  "Commands waiting": server.queued_commands,
                  Node: server.node_version,
                  Sandbox: sandboxText(executors.sandbox),
                  "Cannot run":
                    executors.unusable.length === 0 ? undefined : (
                      <span title={executors.unusable.map(({ kind, reason }) => `${kind}: ${reason}`).join("\n")}>
                        {executors.unusable.map(({ kind }) => kind).join(", ")}
                      </span>
                    ),
                }}
              />
            </Section>
            <Section title="Database">
              <Facts
                facts={{
                  PostgreSQL: database.version,
                  "Answers in": `${database.answered_in_ms} ms`,
                  Size: `${Math.round(database.size_bytes / mib)} MiB`,
                  Connections: `${database.connections} of ${database.max_connections}`,
                  Started: <When at={database.started_at} />,
                }}
              />
            </Section>
          </>
        )}
      </Loaded>
      <Section title="Servers that take jobs" about="One that is silent for 15 seconds loses its jobs to the others.">
        <Nodes />
      </Section>
    </>
  );
}

interface WaitsProps {
  readonly count: number;
  readonly one: string;
  readonly many: string;
  readonly to: LinkProps["to"];
}

function Waits({ count, one, many, to }: WaitsProps) {
  return (
    <li data-waits={count > 0 || undefined}>
      <Link to={to}>
        <strong>{count}</strong> {count === 1 ? one : many}
      </Link>
    </li>
  );
}

function Nodes() {
  const nodes = useQuery({
    queryKey: ["admin", "nodes"],
    queryFn: () => dataOf(api.GET("/v1/admin/nodes")),
    refetchInterval: refreshMs,
  });
  return (
    <Loaded query={nodes}>
      {({ data }) =>
        data.length === 0 ? (
          <p>No server takes jobs now: deadlines and webhooks wait until one does.</p>
        ) : (
          <PlainTable
            label="Servers that take jobs"
            rows={data}
            rowKey={({ id }) => id}
            columns={[
              { key: "id", title: "Server", cell: ({ id }) => <CopyableId id={id} of="server" /> },
              {
                key: "state",
                title: "State",
                cell: ({ alive }) => <StateBadge state={alive ? "running" : "lapsed"} />,
              },
              { key: "since", title: "Started", isExtra: true, cell: ({ started_at: at }) => <When at={at} /> },
              { key: "heard", title: "Last heard of", cell: ({ heartbeat_at: at }) => <When at={at} /> },
              { key: "jobs", title: "Running jobs", isNumeric: true, cell: ({ running_jobs: jobs }) => jobs },
            ]}
          />
        )
      }
    </Loaded>
  );
}

function upTime(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}

function sandboxText(sandbox: { readonly holds: boolean; readonly refusal: string | null } | null): string {
  if (sandbox === null) return "runs no agents here";
  return sandbox.holds ? "holds" : `cannot be used: ${sandbox.refusal ?? "no reason given"}`;
}
