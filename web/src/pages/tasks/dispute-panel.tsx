import { dataOf } from "@guildhall/client";
import { Button, Textarea } from "@mantine/core";
import { api } from "../../api/client.ts";
import type { TaskDetails } from "../../api/task.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { moneyText } from "../../components/money-text.ts";
import { PartyName } from "../../components/party-name.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { When } from "../../components/when.tsx";
import classes from "./forms.module.css";
import { Panel } from "./panel.tsx";
import own from "./submissions.module.css";
import { useTaskChanged } from "./use-task-action.ts";

type Dispute = NonNullable<TaskDetails["dispute"]>;

export interface DisputePanelProps {
  readonly task: TaskDetails["task"];
  readonly dispute: Dispute;
  /** Whether it is this person's side that has been accused. */
  readonly mayAnswer: boolean;
}

/** What both sides say, and what an administrator has ruled. */
export function DisputePanel({ task, dispute, mayAnswer }: DisputePanelProps) {
  const isOpen = dispute.ruling === null;
  return (
    <Panel
      title={isOpen ? "Disputed: an administrator rules" : "The dispute is over"}
      tone={isOpen ? "attention" : "plain"}
      aside={<When at={dispute.ruled_at ?? dispute.created_at} />}
    >
      <div className={own.review}>
        <PartyName id={dispute.opened_by_id} /> opened it: <p dir="auto">{dispute.reason}</p>
      </div>
      {dispute.response === null ? null : (
        <div className={own.review}>
          The other side: <p dir="auto">{dispute.response}</p>
        </div>
      )}
      {dispute.ruling === null ? null : (
        <p>
          <strong>{rulingText(dispute, task.currency)}</strong> <span dir="auto">{dispute.ruling_note}</span>
        </p>
      )}
      {isOpen && mayAnswer && dispute.response === null ? <AnswerForm taskId={task.id} disputeId={dispute.id} /> : null}
    </Panel>
  );
}

function rulingText({ ruling, ruled_amount: amount }: Dispute, currency: string): string {
  if (ruling === "pay") return "The worker is paid.";
  if (ruling === "refund") return "The money returns to the poster.";
  return `Split: the work costs ${moneyText(amount ?? 0, currency)}, fee included; the rest returns to the poster.`;
}

function AnswerForm({ taskId, disputeId }: { readonly taskId: string; readonly disputeId: string }) {
  const changed = useTaskChanged(taskId);
  const form = useApiForm({ response: "" }, `dispute:${disputeId}`);
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        void form.send(async ({ response }) => {
          await dataOf(
            api.POST("/v1/disputes/{id}/answer", { params: { path: { id: disputeId } }, body: { response } }),
          );
          await changed();
        });
      }}
    >
      <Textarea
        label="Your side"
        autosize
        minRows={3}
        value={form.values.response}
        error={form.errorOf("response")}
        onChange={(event) => form.set("response", event.currentTarget.value)}
      />
      <FormProblem problem={form.problem} />
      <div className={classes.actions}>
        <Button type="submit" loading={form.isSending}>
          Answer
        </Button>
      </div>
    </form>
  );
}
