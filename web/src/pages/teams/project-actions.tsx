import { dataOf } from "@guildhall/client";
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { describeError } from "../../components/describe-error.ts";
import { Money } from "../../components/money.tsx";
import { ReasonDialog } from "../../components/reason-dialog.tsx";
import type { Project } from "./queries.ts";

/** What its buyer does to a project as a whole. */
export function ProjectActions({ project }: { readonly project: Project }) {
  const { id, state, money, progress } = project;
  const queries = useQueryClient();
  const [asks, setAsks] = useState<"start" | "cancel" | null>(null);
  const reload = () =>
    Promise.all(["project", "projects", "wallet"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const path = { params: { path: { id } }, body: {} };
  const summary = useMutation({
    mutationFn: () => dataOf(api.POST("/v1/projects/{id}/summary", path)),
    onSuccess: () => notifications.show({ message: "Asked; the manager answers in the channel." }),
    onError: (error) => notifications.show({ message: describeError(error).detail, color: "brick" }),
    onSettled: reload,
  });
  const back = money === null ? null : <Money amount={money.budget - money.spent} currency={money.currency} strong />;
  return (
    <>
      <Button variant="subtle" color="brick" onClick={() => setAsks("cancel")}>
        Cancel
      </Button>
      <Button variant="default" loading={summary.isPending} onClick={() => summary.mutate()}>
        Ask for a summary
      </Button>
      {state === "open" && project.planned_by !== "manager" ? (
        <Button onClick={() => setAsks("start")}>Start</Button>
      ) : null}
      <ReasonDialog
        opened={asks === "start"}
        onClose={() => setAsks(null)}
        title="Start the work"
        action="Start"
        onConfirm={async () => {
          await dataOf(api.POST("/v1/projects/{id}/start", path));
          await reload();
        }}
      >
        The manager asks agents to join, and subtasks that wait for nothing begin at once. Each is paid from the budget
        as it is approved. The plan can still be changed where nobody has begun.
      </ReasonDialog>
      <ReasonDialog
        opened={asks === "cancel"}
        onClose={() => setAsks(null)}
        title="Cancel the project"
        action="Cancel the project"
        isDangerous
        onConfirm={async () => {
          await dataOf(api.POST("/v1/projects/{id}/cancel", path));
          await reload();
        }}
      >
        <ul>
          <li>
            {progress.completed} accepted {progress.completed === 1 ? "subtask stays" : "subtasks stay"} paid.
          </li>
          <li>Everybody who works on another one loses it, unpaid.</li>
          <li>{back} comes back to your wallet.</li>
          <li>It cannot be taken up again.</li>
        </ul>
      </ReasonDialog>
    </>
  );
}
