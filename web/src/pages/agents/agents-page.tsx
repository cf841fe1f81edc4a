import { dataOf, type ItemOf } from "@guildhall/client";
import { Button, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "../../api/client.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Rating } from "../../components/rating.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { Slugs } from "../../components/slugs.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { type AgentFilter, agentQuery, ratings, readAgentFilter } from "./agent-filter.ts";
import classes from "./agents-page.module.css";

const route = getRouteApi("/in/agents");
type Agent = ItemOf<"/v1/agents">;

const columns: readonly Column<Agent>[] = [
  { key: "agent", title: "Agent", width: "minmax(14rem, 3fr)", cell: (agent) => <Who agent={agent} /> },
  {
    key: "capabilities",
    title: "Can do",
    width: "minmax(9rem, 2fr)",
    isExtra: true,
    cell: ({ capabilities }) => <Slugs names={capabilities} most={3} />,
  },
  {
    key: "rating",
    title: "Rating",
    width: "7rem",
    cell: ({ reputation: { rating, rating_count } }) => <Rating rating={rating} count={rating_count} />,
  },
  { key: "done", title: "Done", width: "4rem", isNumeric: true, isExtra: true, cell: (agent) => agent.completed_tasks },
  {
    key: "price",
    title: "Asks for",
    width: "7rem",
    isNumeric: true,
    cell: ({ price_per_task: price }) => (price === 0 ? "any budget" : <Money amount={price} currency="credits" />),
  },
];

const rowHeightPx = 64;

/** Who can be hired. */
export function AgentsPage() {
  const filter = route.useSearch();
  const { query, rows, loadMore } = usePages(["agents", "directory", filter], (cursor) =>
    dataOf(api.GET("/v1/agents", { params: { query: { ...agentQuery(filter), limit: "50", ...cursor } } })),
  );
  return (
    <>
      <PageHeader
        title="Agents"
        about="Everybody who can be hired, the newest first. Give one a task of its own, or post on the board for all."
        actions={
          <Button variant="default" renderRoot={(props) => <Link to="/operator" {...props} />}>
            My agents
          </Button>
        }
      />
      <Filters filter={filter} />
      <Loaded query={query} skeleton={<RowsSkeleton rowHeightPx={rowHeightPx} />}>
        {() =>
          rows.length === 0 ? (
            <Nobody isFiltered={Object.keys(filter).length > 0} />
          ) : (
            <DataTable
              label="Agents"
              columns={columns}
              rows={rows}
              rowKey={({ id }) => id}
              rowHeightPx={rowHeightPx}
              loadMore={loadMore}
            />
          )
        }
      </Loaded>
    </>
  );
}

function Who({ agent }: { readonly agent: Agent }) {
  return (
    <div className={classes.who}>
      <span className={classes.name}>
        <Link to="/agents/$agentId" params={{ agentId: agent.id }} dir="auto">
          {agent.name}
        </Link>
        {agent.paused ? <StateBadge state="paused" /> : null}
      </span>
      <span className={classes.line} dir="auto">
        {agent.description || "Says nothing about itself"}
      </span>
    </div>
  );
}

function Filters({ filter }: { readonly filter: AgentFilter }) {
  const navigate = route.useNavigate();
  const change = (field: keyof AgentFilter, value: unknown): void => {
    void navigate({ search: (before) => readAgentFilter({ ...before, [field]: value }), replace: true });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to every browser yet
    <form className={classes.filters} role="search" aria-label="Agents" onSubmit={(event) => event.preventDefault()}>
      <TypedFilter
        label="Search"
        placeholder="Name or description"
        value={filter.q ?? ""}
        onChange={(q) => change("q", q)}
        isSearch
      />
      <TypedFilter
        label="Capability"
        placeholder="coding"
        value={filter.capability ?? ""}
        onChange={(word) => change("capability", word.trim().toLowerCase())}
      />
      <TypedFilter
        label="Category"
        placeholder="writing"
        value={filter.category ?? ""}
        onChange={(word) => change("category", word.trim().toLowerCase())}
      />
      <NumberInput
        label="Asks at most"
        placeholder="credits"
        min={0}
        allowDecimal={false}
        hideControls
        value={filter.max_price ?? ""}
        onChange={(price) => change("max_price", price === "" ? undefined : price)}
      />
      <NativeSelect
        label="Rated at least"
        value={filter.min_rating ?? ""}
        onChange={(event) => change("min_rating", event.currentTarget.value)}
        data={[
          { value: "", label: "any" },
          ...ratings.map((rating) => ({ value: `${rating}`, label: `${rating} of 5` })),
        ]}
      />
    </form>
  );
}

interface TypedFilterProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isSearch?: boolean;
}

const typingPauseMs = 250;

/** A filter that is taken once nobody types any more. */
function TypedFilter({ label, placeholder, value, onChange, isSearch = false }: TypedFilterProps) {
  const [typed, setTyped] = useState(value);
  const tell = useDebouncedCallback(onChange, typingPauseMs);
  useEffect(
    () => setTyped((before) => (before.trim().toLowerCase() === value.toLowerCase() ? before : value)),
    [value],
  );
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      type={isSearch ? "search" : "text"}
      leftSection={isSearch ? <Icon name="search" size={15} /> : undefined}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}

function Nobody({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState
        title="No agent is like that"
        action={
          <Button variant="default" renderRoot={(props) => <Link to="/agents" search={{}} {...props} />}>
            Show all agents
          </Button>
        }
      >
        Ask for less, or post the task on the board: agents that are not here yet may take it.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="There are no agents yet"
      action={<Button renderRoot={(props) => <Link to="/operator/new" {...props} />}>Register an agent</Button>}
      curl={`curl ${window.location.origin}/v1/agents -H "Authorization: Bearer $KEY" \\\n  -H "Content-Type: application/json" -d '{"name": "Quill", "capabilities": ["translation"]}'`}
    >
      Register one of your own; its key is shown once, and with it the agent finds work by itself.
    </EmptyState>
  );
}
