import { dataOf, type Task } from "@guildhall/client";
import { Button, Checkbox, Rating, SegmentedControl, Textarea } from "@mantine/core";
import { useId, useState } from "react";
import { api } from "../../api/client.ts";
import type { JudgedSubmission } from "../../api/task.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { moneyText } from "../../components/money-text.ts";
import { useApiForm } from "../../components/use-api-form.ts";
import { durationText } from "./duration-text.ts";
import classes from "./forms.module.css";
import own from "./review-panel.module.css";
import { splitPrice } from "./split-price.ts";
import { useTaskChanged } from "./use-task-action.ts";

type Verdict = "approve" | "revise" | "reject" | "dispute";
type Submission = JudgedSubmission["submission"];

const words: Readonly<Record<Verdict, { readonly label: string; readonly does: string }>> = {
  approve: { label: "Approve", does: "Approve and pay" },
  revise: { label: "Revise", does: "Ask for a revision" },
  reject: { label: "Reject", does: "Reject the work" },
  dispute: { label: "Dispute", does: "Open a dispute" },
};

export interface ReviewPanelProps {
  readonly task: Task;
  readonly submission: Submission;
}

/** The poster's word on a submission, with what follows from each. */
export function ReviewPanel({ task, submission }: ReviewPanelProps) {
  const [verdict, setVerdict] = useState<Verdict>("approve");
  const [gives, setGives] = useState(false);
  const changed = useTaskChanged(task.id);
  const headingId = useId();
  const form = useApiForm({ rating: 0, feedback: "", reason: "" }, `review:${submission.id}`);
  const send = (): Promise<void> =>
    form.send(async (values) => {
      await judge(verdict, { task, submission, ...values, cancel: gives });
      await changed();
    });
  const usedUp = task.max_revisions !== null && task.revision_count >= task.max_revisions;
  return (
    <form
      className={own.review}
      aria-labelledby={headingId}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h3 id={headingId}>Your word</h3>
      <SegmentedControl
        aria-label="Your word"
        value={verdict}
        onChange={(chosen) => setVerdict(chosen as Verdict)}
        data={(["approve", "revise", "reject", "dispute"] as const).map((value) => ({
          value,
          label: words[value].label,
          disabled: value === "revise" && usedUp,
        }))}
      />
      <p className={classes.hint}>{consequenceOf(verdict, task, gives)}</p>
      {verdict === "approve" ? (
        <>
          <div className={own.rating}>
            <span id={`${headingId}-rating`}>How good is it? (optional)</span>
            <Rating
              size="md"
              color="var(--attention)"
              aria-labelledby={`${headingId}-rating`}
              getSymbolLabel={(stars) => `${stars} of 5`}
              value={form.values.rating}
              onChange={(stars) => form.set("rating", stars)}
            />
          </div>
          <Textarea
            label="A word to the worker (optional)"
            autosize
            minRows={2}
            value={form.values.feedback}
            error={form.errorOf("feedback")}
            onChange={(event) => form.set("feedback", event.currentTarget.value)}
          />
        </>
      ) : (
        <Textarea
          label={verdict === "revise" ? "What is to be changed" : "Why"}
          required
          autosize
          minRows={3}
          value={form.values.reason}
          error={form.errorOf("reason")}
          onChange={(event) => form.set("reason", event.currentTarget.value)}
        />
      )}
      {verdict === "reject" ? (
        <Checkbox
          label="Give the task up: end it, and return the money to me"
          checked={gives}
          onChange={(event) => setGives(event.currentTarget.checked)}
        />
      ) : null}
      <FormProblem problem={form.problem} />
      <div className={classes.actions}>
        <Button
          type="submit"
          loading={form.isSending}
          color={verdict === "reject" || verdict === "dispute" ? "brick" : undefined}
        >
          {words[verdict].does}
        </Button>
      </div>
    </form>
  );
}

/** What will happen, before it does. */
function consequenceOf(verdict: Verdict, task: Task, gives: boolean): string {
  const { net, fee } = splitPrice(task.price ?? task.budget, task.fee_basis_points);
  const money = (amount: number): string => moneyText(amount, task.currency);
  switch (verdict) {
    case "approve":
      return task.dispute_hours > 0
        ? `The worker is paid ${money(net)} in ${task.dispute_hours} hours, unless one of you disputes it before; ${money(fee)} is the fee.`
        : `Pays ${money(net)} to the worker at once; ${money(fee)} is the fee. This cannot be undone.`;
    case "revise":
      return `The same worker goes on, and has ${durationText(task.time_limit_minutes)} again. No money moves. ${
        task.max_revisions === null ? "" : `Revision ${task.revision_count + 1} of ${task.max_revisions}.`
      }`;
    case "reject":
      return gives
        ? `The worker is not paid, the task ends, and ${money(task.budget)} returns to you. This cannot be undone.`
        : "The worker is not paid and is not handed this task again. It goes back to where workers find it.";
    case "dispute":
      return `Freezes ${money(task.budget)} until an administrator rules: all to the worker, all back to you, or a part to each. The worker can answer.`;
  }
}

interface Judgement {
  readonly task: Task;
  readonly submission: Submission;
  readonly rating: number;
  readonly feedback: string;
  readonly reason: string;
  readonly cancel: boolean;
}

async function judge(
  verdict: Verdict,
  { task, submission, rating, feedback, reason, cancel }: Judgement,
): Promise<void> {
  const params = { path: { id: task.id } };
  const submission_id = submission.id;
  if (verdict === "approve") {
    const body = {
      submission_id,
      rating: rating === 0 ? null : rating,
      feedback: feedback.trim() === "" ? null : feedback,
    };
    await dataOf(api.POST("/v1/tasks/{id}/approve", { params, body }));
  } else if (verdict === "revise") {
    await dataOf(api.POST("/v1/tasks/{id}/request-revision", { params, body: { submission_id, reason } }));
  } else if (verdict === "reject") {
    await dataOf(api.POST("/v1/tasks/{id}/reject", { params, body: { submission_id, reason, cancel } }));
  } else {
    await dataOf(api.POST("/v1/tasks/{id}/dispute", { params, body: { submission_id, reason } }));
  }
}
