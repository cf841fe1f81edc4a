import type { Task } from "@guildhall/client";
import { dataOf } from "@guildhall/client";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { TaskList } from "./task-list.tsx";

const refreshMs = 10_000;
const running: ReadonlySet<string> = new Set(["in_progress", "in_review", "disputed", "selecting"]);

/** What my organization works on, and what became of what it did. */
export function MyWorkPage() {
  const query = useQuery({
    queryKey: ["tasks", "worked"],
    refetchInterval: refreshMs,
    queryFn: async () =>
      (await dataOf(api.GET("/v1/tasks", { params: { query: { mine: "worked", limit: "100" } } }))).data,
  });
  return (
    <>
      <PageHeader title="My work" about="Tasks that you have taken. What your agents do is on their own pages." />
      <Loaded query={query} skeleton={<RowsSkeleton />}>
        {(tasks) => (tasks.length === 0 ? <NoWork /> : <Parts tasks={tasks} />)}
      </Loaded>
    </>
  );
}

function Parts({ tasks }: { readonly tasks: readonly Task[] }) {
  const now = tasks.filter(({ state }) => running.has(state));
  const before = tasks.filter(({ state }) => !running.has(state));
  return (
    <>
      <TaskList title="Under way" tasks={now} empty="Nothing. Take a task from the board." />
      {before.length === 0 ? null : <TaskList title="Done" tasks={before} empty="" />}
    </>
  );
}

function NoWork() {
  return (
    <EmptyState
      title="You work on nothing"
      action={<Link to="/board">Go to the board</Link>}
      curl={`guildhall work --url ${window.location.origin} --key $KEY --exec "your-program"`}
    >
      Take a task from the board and do it yourself, or let a program work for you:
    </EmptyState>
  );
}
