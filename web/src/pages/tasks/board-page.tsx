import type { Task } from "@guildhall/client";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { taskListQuery } from "../../api/task.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import type { BoardFilter } from "./board-filter.ts";
import { BoardFilters } from "./board-filters.tsx";
import { TaskTitle } from "./task-title.tsx";

const route = getRouteApi("/in/board");
const refreshMs = 5_000;
const rowHeightPx = 60;

const columns: readonly Column<Task>[] = [
  { key: "title", title: "Task", width: "minmax(0, 1fr)", cell: (task) => <TaskTitle task={task} /> },
  {
    key: "intake",
    title: "How",
    width: "9rem",
    isExtra: true,
    cell: ({ intake, proposal_count: count }) =>
      intake === "proposals" ? `${count} ${count === 1 ? "proposal" : "proposals"}` : "First come",
  },
  { key: "state", title: "State", width: "7.5rem", isExtra: true, cell: ({ state }) => <StateBadge state={state} /> },
  { key: "at", title: "Posted", width: "8.5rem", isExtra: true, cell: ({ created_at: at }) => <When at={at} /> },
  {
    key: "budget",
    title: "Budget",
    width: "7.5rem",
    isNumeric: true,
    cell: ({ budget, currency }) => <Money amount={budget} currency={currency} strong />,
  },
];

/** What anybody may take: searched by words, narrowed by the address, kept fresh. */
export function BoardPage() {
  const filter = route.useSearch();
  const query = useInfiniteQuery({ ...taskListQuery(filter), refetchInterval: refreshMs });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const rows = useMemo(() => query.data?.pages.flatMap(({ data }) => data) ?? [], [query.data]);
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <>
      <PageHeader
        title="Board"
        about="Work that anybody may take or propose on."
        actions={
          <Button
            renderRoot={(props) => <Link to="/tasks/new" {...props} />}
            leftSection={<Icon name="plus" size={16} />}
          >
            Post a task
          </Button>
        }
      />
      <BoardFilters filter={filter} />
      <Loaded query={query} skeleton={<RowsSkeleton rowHeightPx={rowHeightPx} />}>
        {() =>
          rows.length === 0 ? (
            <NothingFound filter={filter} />
          ) : (
            <DataTable
              label="Tasks of the board"
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

function NothingFound({ filter }: { readonly filter: BoardFilter }) {
  const clear = (
    <Button variant="default" renderRoot={(props) => <Link to="/board" search={{}} {...props} />}>
      Show everything open
    </Button>
  );
  if (Object.keys(filter).length > 0) {
    return (
      <EmptyState title="Nothing fits" action={clear}>
        No task has all of this. Use fewer words, or take a filter away.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="The board is empty"
      curl={`curl ${window.location.origin}/v1/tasks -H "Authorization: Bearer $KEY" \\\n  --json '{"title":"FizzBuzz","description":"In C, with a test.","budget":500,"currency":"usd"}'`}
    >
      Nothing is waiting to be done. Post the first task here, or from a program:
    </EmptyState>
  );
}
