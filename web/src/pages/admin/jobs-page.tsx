import { dataOf } from "@guildhall/client";
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { describeError } from "../../components/describe-error.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PlainTable } from "../../components/plain-table.tsx";
import { Section } from "../../components/section.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { AdminHeader } from "./admin-header.tsx";
import classes from "./jobs-page.module.css";

const refreshMs = 5_000;
const kinds = ["running", "due", "scheduled", "retrying", "failed"] as const;

/** What happens later: deadlines, webhooks, evaluations; and what of it went wrong. */
export function JobsPage() {
  const queries = useQueryClient();
  const queue = useQuery({
    queryKey: ["admin", "jobs"],
    queryFn: () => dataOf(api.GET("/v1/admin/jobs")),
    refetchInterval: refreshMs,
  });
  const reload = () => queries.invalidateQueries({ queryKey: ["admin", "jobs"] });
  const onError = (error: unknown): void => {
    notifications.show({ message: describeError(error).detail, color: "brick" });
  };
  const unlock = useMutation({
    mutationFn: () => dataOf(api.POST("/v1/admin/jobs/unlock", { body: {} })),
    onSuccess: ({ unlocked }) => {
      notifications.show({ message: unlocked === 0 ? "No job was stuck." : `${unlocked} jobs are back in the queue.` });
      return reload();
    },
    onError,
  });
  const retry = useMutation({
    mutationFn: (id: string) => dataOf(api.POST("/v1/admin/jobs/{id}/retry", { params: { path: { id } }, body: {} })),
    onSettled: reload,
    onError,
  });
  return (
    <>
      <AdminHeader
        title="Jobs"
        about="What happens later: deadlines, webhooks, evaluations, the manager's rounds."
        actions={
          <Button variant="default" loading={unlock.isPending} onClick={() => unlock.mutate()}>
            Free stuck jobs
          </Button>
        }
      />
      <Loaded query={queue}>
        {({ counts, jobs }) => (
          <>
            <Section title="In the queue">
              {counts.length === 0 ? (
                <p>The queue is empty.</p>
              ) : (
                <PlainTable
                  label="In the queue"
                  rows={counts}
                  rowKey={({ name }) => name}
                  columns={[
                    { key: "name", title: "Job", cell: ({ name }) => <code>{name}</code> },
                    ...kinds.map((kind) => ({
                      key: kind,
                      title: `${kind[0]?.toUpperCase()}${kind.slice(1)}`,
                      isNumeric: true,
                      isExtra: kind === "running" || kind === "due",
                      cell: (count: (typeof counts)[number]) => (
                        <span className={classes.count} data-kind={count[kind] > 0 ? kind : "none"}>
                          {count[kind]}
                        </span>
                      ),
                    })),
                  ]}
                />
              )}
            </Section>
            <Section
              title="Failed and running"
              about="A job that failed is tried again by itself, later and later, 25 times."
            >
              {jobs.length === 0 ? (
                <EmptyState title="Nothing has failed">Nothing runs right now, either.</EmptyState>
              ) : (
                <PlainTable
                  label="Failed and running jobs"
                  rows={jobs}
                  rowKey={({ id }) => id}
                  columns={[
                    {
                      key: "name",
                      title: "Job",
                      cell: ({ name, last_error: error }) => (
                        <div className={classes.job}>
                          <code>{name}</code>
                          {error === null ? null : (
                            <details>
                              <summary>{error.split("\n")[0]?.slice(0, 120)}</summary>
                              <pre>{error}</pre>
                            </details>
                          )}
                        </div>
                      ),
                    },
                    { key: "state", title: "State", cell: ({ state }) => <StateBadge state={state} /> },
                    {
                      key: "attempts",
                      title: "Attempts",
                      isNumeric: true,
                      isExtra: true,
                      cell: ({ attempts, max_attempts: most }) => `${attempts} of ${most}`,
                    },
                    { key: "next", title: "Next", isExtra: true, cell: ({ run_at: at }) => <When at={at} /> },
                    {
                      key: "retry",
                      title: "Again",
                      cell: ({ id, name, state }) =>
                        state === "retrying" || state === "failed" ? (
                          <Button
                            size="xs"
                            variant="default"
                            loading={retry.isPending && retry.variables === id}
                            onClick={() => retry.mutate(id)}
                            aria-label={`Retry now: ${name}`}
                          >
                            Retry now
                          </Button>
                        ) : null,
                    },
                  ]}
                />
              )}
            </Section>
          </>
        )}
      </Loaded>
    </>
  );
}
