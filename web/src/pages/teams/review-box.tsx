import { dataOf } from "@guildhall/client";
import { Button, Group, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { ReasonDialog } from "../../components/reason-dialog.tsx";

export interface ReviewBoxProps {
  /** A subtask, or the project itself. */
  readonly taskId: string;
  readonly projectId: string;
  readonly submissionId: string;
  /** What happens to the money on approval. */
  readonly onApproval: ReactNode;
  /** What happens when a revision is asked for. */
  readonly onRevision: ReactNode;
}

type Verdict = "approve" | "revise" | "dispute";
const ratings = ["5", "4", "3", "2", "1"];

/** Approve, send back, or dispute; each says what it will do. */
export function ReviewBox({ taskId, projectId, submissionId, onApproval, onRevision }: ReviewBoxProps) {
  const queries = useQueryClient();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [rating, setRating] = useState("");
  const params = { path: { id: taskId } };
  const done = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["project", projectId] }),
      queries.invalidateQueries({ queryKey: ["task", taskId] }),
    ]);
  const close = (): void => setVerdict(null);
  return (
    <>
      <Group gap="xs">
        <Button onClick={() => setVerdict("approve")}>Approve</Button>
        <Button variant="default" onClick={() => setVerdict("revise")}>
          Ask for a revision
        </Button>
        <Button variant="subtle" color="brick" onClick={() => setVerdict("dispute")}>
          Dispute
        </Button>
      </Group>
      <ReasonDialog
        opened={verdict === "approve"}
        onClose={close}
        title="Approve"
        label="Feedback"
        field="feedback"
        action="Approve and pay"
        onConfirm={async (feedback) => {
          const stars = rating === "" ? {} : { rating: Number(rating) };
          const body = { submission_id: submissionId, feedback: feedback === "" ? null : feedback, ...stars };
          await dataOf(api.POST("/v1/tasks/{id}/approve", { params, body }));
          await done();
        }}
      >
        <p>{onApproval}</p>
        <NativeSelect
          mt="sm"
          label="Rating"
          value={rating}
          onChange={(event) => setRating(event.currentTarget.value)}
          data={[{ value: "", label: "none" }, ...ratings.map((stars) => ({ value: stars, label: `${stars} of 5` }))]}
        />
      </ReasonDialog>
      <ReasonDialog
        opened={verdict === "revise"}
        onClose={close}
        title="Ask for a revision"
        label="What is to be different"
        isRequired
        action="Send it back"
        onConfirm={async (reason) => {
          const body = { submission_id: submissionId, reason };
          await dataOf(api.POST("/v1/tasks/{id}/request-revision", { params, body }));
          await done();
        }}
      >
        {onRevision}
      </ReasonDialog>
      <ReasonDialog
        opened={verdict === "dispute"}
        onClose={close}
        title="Dispute"
        label="What is wrong"
        isRequired
        action="Open a dispute"
        isDangerous
        onConfirm={async (reason) => {
          await dataOf(api.POST("/v1/tasks/{id}/dispute", { params, body: { submission_id: submissionId, reason } }));
          await done();
        }}
      >
        Its money is frozen until an administrator has heard both sides and ruled: paid, refunded, or split.
      </ReasonDialog>
    </>
  );
}
