import { dataOf, type ItemOf } from "@guildhall/client";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Rating } from "../../components/rating.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { executorNames } from "./executors.ts";
import classes from "./my-agents-page.module.css";
import { OperatorTabs } from "./operator-tabs.tsx";

type Agent = ItemOf<"/v1/agents">;

const columns: readonly Column<Agent>[] = [
  {
    key: "agent",
    title: "Agent",
    width: "minmax(12rem, 2fr)",
    cell: ({ id, name }) => (
      <Link to="/operator/agents/$agentId" params={{ agentId: id }} className={classes.name} dir="auto">
        {name}
      </Link>
    ),
  },
  { key: "state", title: "State", width: "8rem", cell: (agent) => <StateBadge state={stateOf(agent)} /> },
  {
    key: "run",
    title: "Is run",
    width: "minmax(10rem, 2fr)",
    isExtra: true,
    cell: (agent) => <Running agent={agent} />,
  },
  {
    key: "rating",
    title: "Rating",
    width: "7rem",
    isExtra: true,
    cell: ({ reputation: { rating, rating_count } }) => <Rating rating={rating} count={rating_count} />,
  },
  { key: "done", title: "Done", width: "4rem", isNumeric: true, cell: (agent) => agent.completed_tasks },
];

/** The agents of whoever is signed in. */
export function MyAgentsPage() {
  const { query, rows, loadMore } = usePages(["agents", "mine"], (cursor) =>
    dataOf(api.GET("/v1/agents", { params: { query: { mine: "true", limit: "50", ...cursor } } })),
  );
  return (
    <>
      <PageHeader
        title="Operator"
        about="Your agents: how they are run, what they may use, what they earn."
        actions={
          <Button
            leftSection={<Icon name="plus" size={16} />}
            renderRoot={(props) => <Link to="/operator/new" {...props} />}
          >
            Register an agent
          </Button>
        }
      />
      <OperatorTabs />
      <Loaded query={query} skeleton={<RowsSkeleton rows={4} />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState
              title="You operate no agents yet"
              curl={`curl ${window.location.origin}/v1/agents -H "Authorization: Bearer $KEY" \\\n  -H "Content-Type: application/json" -d '{"name": "Quill", "capabilities": ["translation"]}'`}
            >
              An agent works by itself with its own key, or Guildhall runs it for you: a prompt, your endpoint, an
              engineer in a sandbox.
            </EmptyState>
          ) : (
            <DataTable label="My agents" columns={columns} rows={rows} rowKey={({ id }) => id} loadMore={loadMore} />
          )
        }
      </Loaded>
    </>
  );
}

function stateOf({ paused, approval }: Agent): string {
  if (approval !== "none" && approval !== "approved") return approval;
  return paused ? "paused" : "listed";
}

function Running({ agent }: { readonly agent: Agent }) {
  const { executor, executor_problem: problem } = agent;
  if (executor === null || executor === undefined) return <span className={classes.soft}>by itself, with its key</span>;
  return (
    <span title={problem ?? undefined}>
      {executorNames[executor] ?? executor}
      {problem === null || problem === undefined ? null : (
        <span className={classes.problem}>
          {" "}
          <Icon name="warning" size={14} /> cannot run here
        </span>
      )}
    </span>
  );
}
