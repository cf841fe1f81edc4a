import { dataOf, type Task } from "@guildhall/client";
import { Button, Tabs, Textarea } from "@mantine/core";
import { api } from "../../api/client.ts";
import type { TaskDetails } from "../../api/task.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { Countdown } from "../../components/when.tsx";
import classes from "./forms.module.css";
import { Panel } from "./panel.tsx";
import { SubmitForm } from "./submit-form.tsx";
import { useTaskChanged } from "./use-task-action.ts";

type Assignment = TaskDetails["assignments"][number];

export interface WorkPanelProps {
  readonly task: Task;
  readonly assignment: Assignment;
  readonly hasAsked: boolean;
}

/** What whoever works on a task does: hand in, ask, tell how it goes, give it back; and how much time is left. */
export function WorkPanel({ task, assignment, hasAsked }: WorkPanelProps) {
  const dueAt = assignment.lease_expires_at ?? assignment.due_at;
  return (
    <Panel
      title={assignment.state === "revision" ? "Revise your work" : "Your work"}
      tone="attention"
      aside={
        hasAsked ? (
          "The clock stands still"
        ) : dueAt === null ? null : (
          <>
            Left:{" "}
            <strong>
              <Countdown until={dueAt} />
            </strong>
          </>
        )
      }
    >
      <Tabs defaultValue="submit" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="submit">Hand in</Tabs.Tab>
          <Tabs.Tab value="ask" disabled={hasAsked}>
            Ask
          </Tabs.Tab>
          <Tabs.Tab value="progress">Report</Tabs.Tab>
          <Tabs.Tab value="release">Give back</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="submit" pt="md">
          <SubmitForm taskId={task.id} assignmentId={assignment.id} />
        </Tabs.Panel>
        <Tabs.Panel value="ask" pt="md">
          <TextForm
            {...words.ask}
            taskId={task.id}
            assignmentId={assignment.id}
            send={(id, content) =>
              dataOf(
                api.POST("/v1/assignments/{id}/ask", {
                  params: { path: { id } },
                  body: { type: "to_customer", content },
                }),
              )
            }
          />
        </Tabs.Panel>
        <Tabs.Panel value="progress" pt="md">
          <TextForm
            {...words.progress}
            taskId={task.id}
            assignmentId={assignment.id}
            send={(id, content) =>
              dataOf(api.POST("/v1/assignments/{id}/progress", { params: { path: { id } }, body: { content } }))
            }
          />
        </Tabs.Panel>
        <Tabs.Panel value="release" pt="md">
          <TextForm
            {...words.release}
            taskId={task.id}
            assignmentId={assignment.id}
            takesAway
            send={(id, reason) =>
              dataOf(api.POST("/v1/assignments/{id}/release", { params: { path: { id } }, body: { reason } }))
            }
          />
        </Tabs.Panel>
      </Tabs>
    </Panel>
  );
}

const words = {
  ask: {
    name: "ask",
    label: "Your question",
    does: "Ask the poster",
    hint: "Your clock stands still until there is an answer.",
  },
  progress: { name: "progress", label: "What you are doing", does: "Report", hint: "One line of the task's history." },
  release: {
    name: "release",
    label: "Why",
    does: "Give the task back",
    hint: "It goes to the next worker. You are not paid, and you are not handed it again for a minute.",
  },
} as const;

interface TextFormProps {
  readonly name: string;
  readonly label: string;
  readonly does: string;
  readonly hint: string;
  readonly taskId: string;
  readonly assignmentId: string;
  readonly takesAway?: boolean;
  readonly send: (assignmentId: string, text: string) => Promise<unknown>;
}

function TextForm({ name, label, does, hint, taskId, assignmentId, takesAway, send }: TextFormProps) {
  const changed = useTaskChanged(taskId);
  const form = useApiForm({ content: "" }, `${name}:${assignmentId}`);
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        void form.send(async ({ content }) => {
          await send(assignmentId, content);
          form.set("content", "");
          await changed();
        });
      }}
    >
      <Textarea
        label={label}
        description={hint}
        required
        autosize
        minRows={2}
        value={form.values.content}
        error={form.errorOf("content")}
        onChange={(event) => form.set("content", event.currentTarget.value)}
      />
      <FormProblem problem={form.problem} />
      <div className={classes.actions}>
        <Button
          type="submit"
          loading={form.isSending}
          variant={takesAway ? "light" : "filled"}
          color={takesAway ? "brick" : undefined}
        >
          {does}
        </Button>
      </div>
    </form>
  );
}
