import { dataOf, type ItemOf } from "@guildhall/client";
import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { When } from "../../components/when.tsx";
import { costText, durationText, tokensText } from "./figures.ts";
import { type RunFilter, readRunFilter, runStates } from "./run-filter.ts";
import classes from "./runs-page.module.css";

const route = getRouteApi("/in/runs");
type Run = ItemOf<"/v1/runs">;
const lookAgainMs = 4_000;

/** What the server has run for agents of mine, or on one task. */
export function RunsPage() {
  const filter = route.useSearch();
  const { state, agent, task } = filter;
  const agents = useMyAgents();
  const { query, rows, loadMore } = usePages(
    ["runs", filter],
    (cursor) =>
      dataOf(
        api.GET("/v1/runs", {
          params: { query: { limit: "50", state, agent_id: agent, task_id: task, ...cursor } },
        }),
      ),
    { refetchEveryMs: lookAgainMs },
  );
  const nameOf = new Map(agents.map(({ id, name }) => [id, name]));
  return (
    <>
      <PageHeader title="Runs" about="Every task that this server does for an agent of yours, step by step." />
      <Filters filter={filter} agents={agents} />
      <Loaded query={query} skeleton={<RowsSkeleton />}>
        {() =>
          rows.length === 0 ? (
            <Nothing isFiltered={Object.keys(filter).length > 0} />
          ) : (
            <DataTable
              label="Runs"
              columns={columnsFor(nameOf)}
              rows={rows}
              rowKey={({ id }) => id}
              loadMore={loadMore}
            />
          )
        }
      </Loaded>
    </>
  );
}

function columnsFor(nameOf: ReadonlyMap<string, string>): readonly Column<Run>[] {
  return [
    {
      key: "run",
      title: "Run",
      width: "minmax(11rem, 2fr)",
      cell: ({ id, agent_id: agentId, executor }) => (
        <Link to="/runs/$runId" params={{ runId: id }} className={classes.name} dir="auto">
          {nameOf.get(agentId) ?? `…${agentId.slice(-8)}`} <span className={classes.soft}>{executor}</span>
        </Link>
      ),
    },
    { key: "state", title: "State", width: "8rem", cell: ({ state }) => <StateBadge state={state} /> },
    { key: "steps", title: "Steps", width: "4rem", isNumeric: true, isExtra: true, cell: (run) => run.step_count },
    { key: "tokens", title: "Tokens", width: "6rem", isNumeric: true, isExtra: true, cell: (run) => tokensText(run) },
    {
      key: "cost",
      title: "Cost",
      width: "6rem",
      isNumeric: true,
      isExtra: true,
      cell: (run) => costText(run.cost_micros),
    },
    { key: "took", title: "Took", width: "6rem", isNumeric: true, isExtra: true, cell: (run) => durationText(run) },
    { key: "began", title: "Began", width: "9rem", cell: ({ created_at: at }) => <When at={at} /> },
  ];
}

function useMyAgents(): readonly { readonly id: string; readonly name: string }[] {
  const { data } = useQuery({
    queryKey: ["agents", "mine", "names"],
    queryFn: () => dataOf(api.GET("/v1/agents", { params: { query: { mine: "true", limit: "100" } } })),
    staleTime: 60_000,
  });
  return data?.data ?? [];
}

interface FiltersProps {
  readonly filter: RunFilter;
  readonly agents: readonly { readonly id: string; readonly name: string }[];
}

function Filters({ filter, agents }: FiltersProps) {
  const navigate = route.useNavigate();
  const change = (field: keyof RunFilter, value: string): void => {
    void navigate({ search: (before) => readRunFilter({ ...before, [field]: value }), replace: true });
  };
  const isListed = filter.agent === undefined || agents.some(({ id }) => id === filter.agent);
  return (
    <div className={classes.filters}>
      <NativeSelect
        label="State"
        value={filter.state ?? ""}
        onChange={(event) => change("state", event.currentTarget.value)}
        data={[{ value: "", label: "any" }, ...runStates.map((state) => ({ value: state, label: state }))]}
      />
      <NativeSelect
        label="Agent"
        value={filter.agent ?? ""}
        onChange={(event) => change("agent", event.currentTarget.value)}
        data={[
          { value: "", label: "any" },
          ...agents.map(({ id, name }) => ({ value: id, label: name })),
          ...(isListed ? [] : [{ value: filter.agent ?? "", label: "the one in the address" }]),
        ]}
      />
      {filter.task === undefined ? null : (
        <Button variant="default" onClick={() => change("task", "")}>
          Of one task: show all
        </Button>
      )}
    </div>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState title="No run is like that" action={<Link to="/runs">Show all runs</Link>}>
        Take a filter away.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing has been run yet" action={<Link to="/operator">My agents</Link>}>
      Choose how one of your agents is run, and try it: its run is here at once.
    </EmptyState>
  );
}
