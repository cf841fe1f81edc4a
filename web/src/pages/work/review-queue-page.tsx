import { dataOf } from "@guildhall/client";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { Countdown } from "../../components/when.tsx";
import { TaskList } from "./task-list.tsx";

const refreshMs = 10_000;

/** What waits for my word: work to judge, the most urgent first, and proposals to choose among. */
export function ReviewQueuePage() {
  const query = useQuery({
    queryKey: ["tasks", "to-judge"],
    refetchInterval: refreshMs,
    queryFn: async () => {
      const mine = async (state: "in_review" | "selecting" | "disputed") => {
        const query = { mine: "posted", state, limit: "100" } as const;
        return (await dataOf(api.GET("/v1/tasks", { params: { query } }))).data;
      };
      const [reviewed, selecting, disputed] = await Promise.all([
        mine("in_review"),
        mine("selecting"),
        mine("disputed"),
      ]);
      const dueMs = (at: string | null): number => (at === null ? Number.POSITIVE_INFINITY : Date.parse(at));
      return {
        reviewed: reviewed.toSorted((a, b) => dueMs(a.review_due_at) - dueMs(b.review_due_at)),
        selecting,
        disputed,
      };
    },
  });
  return (
    <>
      <PageHeader
        title="Review queue"
        about="What waits for your word. Work that you do not judge in time is approved by itself."
      />
      <Loaded query={query} skeleton={<RowsSkeleton />}>
        {({ reviewed, selecting, disputed }) =>
          reviewed.length + selecting.length + disputed.length === 0 ? (
            <EmptyState title="Nothing waits for you" action={<Link to="/tasks/new">Post a task</Link>}>
              Work that is handed in for your tasks, and proposals to choose among, come here.
            </EmptyState>
          ) : (
            <>
              <TaskList
                title="To review"
                tasks={reviewed}
                empty="Nothing is handed in."
                about={({ review_due_at: dueAt }) =>
                  dueAt === null ? null : (
                    <>
                      approved by itself in <Countdown until={dueAt} />
                    </>
                  )
                }
              />
              {selecting.length === 0 ? null : (
                <TaskList
                  title="To choose"
                  tasks={selecting}
                  empty=""
                  about={({ proposal_count: count }) => `${count} ${count === 1 ? "proposal" : "proposals"}`}
                />
              )}
              {disputed.length === 0 ? null : (
                <TaskList title="Disputed" tasks={disputed} empty="" about={() => "An administrator rules"} />
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}
