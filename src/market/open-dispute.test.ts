import { beforeEach, describe, expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { nobody } from "../../test/support/market-stage.ts";
import { addHours } from "../model/instant.ts";
import { answerDispute } from "./answer-dispute.ts";
import { approveSubmission } from "./approve-submission.ts";
import { cancelTask } from "./cancel-task.ts";
import { openDispute } from "./open-dispute.ts";
import { rejectSubmission } from "./reject-submission.ts";
import { releasePayment } from "./release-payment.ts";
import { requestRevision } from "./request-revision.ts";

let stage: CompetitionStage;
beforeEach(() => {
  stage = new CompetitionStage();
});

function one(): Map<string, number> {
  return new Map([[stage.ann, 4_000]]);
}

function two(): Map<string, number> {
  return new Map([...one(), [stage.ben, 3_000]]);
}

/** Approved, and not yet paid for a day. */
function approvedTask(workers: ReadonlyMap<string, number> = one()): string {
  const { task, submissions } = stage.delivered(workers, { disputeHours: 24 });
  const submissionId = submissions.get(stage.ann) ?? null;
  stage.market.execute(approveSubmission, { taskId: task.id, reviewerId: stage.poster, submissionId });
  return task.id;
}

describe("a dispute in review", () => {
  it("freezes the escrow and everything else about the task", () => {
    const { task, submissions } = stage.delivered(one());
    const moved = stage.market.transfers.length;
    const input = { taskId: task.id, partyId: stage.poster, submissionId: null, reason: "Half of it is missing." };
    const { task: disputed, dispute } = stage.market.execute(openDispute, input);
    expect(disputed).toMatchObject({ state: "disputed", reviewDueAt: null });
    expect(dispute).toMatchObject({
      assignmentId: stage.assignment(task.id, stage.ann).id,
      openedById: stage.poster,
      reason: "Half of it is missing.",
      response: null,
      ruling: null,
      ruledAt: null,
    });
    expect(stage.market.eventsOf(task.id).at(-1)).toMatchObject({
      type: "task.disputed",
      actorId: stage.poster,
      data: { disputeId: dispute.id, workerId: stage.ann },
    });
    stage.market.advanceMinutes(72 * 60);
    const ref = { taskId: task.id, posterId: stage.poster, reason: null };
    const details = { state: "disputed" };
    for (const reviewerId of [stage.poster, null]) {
      const approve = { taskId: task.id, reviewerId, submissionId: submissions.get(stage.ann) ?? null };
      stage.expectRefused(approveSubmission, approve, "task_wrong_state", details);
    }
    stage.expectRefused(requestRevision, ref, "task_wrong_state", details);
    stage.expectRefused(rejectSubmission, { ...ref, cancel: true }, "task_wrong_state", details);
    stage.expectRefused(cancelTask, ref, "task_wrong_state", details);
    stage.expectRefused(openDispute, input, "task_wrong_state", details);
    expect(stage.market.transfers).toHaveLength(moved);
    expect(stage.market.account(`escrow:${task.id}`)).toBe(5_000);
  });

  it("is about the submission that the poster names, where there are several", () => {
    const { task, submissions } = stage.delivered(two());
    const input = { taskId: task.id, partyId: stage.poster, submissionId: null, reason: "No." };
    stage.expectRefused(openDispute, input, "submission_ambiguous", { submissions: 2 });
    stage.expectRefused(openDispute, { ...input, submissionId: nobody }, "submission_not_found");
    const dispute = stage.dispute(task.id, { submissionId: submissions.get(stage.ben) ?? null });
    expect(dispute.assignmentId).toBe(stage.assignment(task.id, stage.ben).id);
  });

  it("of a worker is about its own, whatever it names", () => {
    const { task, submissions } = stage.delivered(two());
    const dispute = stage.dispute(task.id, { partyId: stage.ben, submissionId: submissions.get(stage.ann) ?? null });
    expect(dispute).toMatchObject({
      openedById: stage.ben,
      assignmentId: stage.assignment(task.id, stage.ben).id,
    });
  });
});

describe("approved work that may still be disputed", () => {
  it("is complete and priced, and not yet paid", () => {
    const taskId = approvedTask(two());
    const releaseDueAt = addHours(stage.market.now, 24);
    expect(stage.task(taskId)).toMatchObject({ state: "completed", price: 4_000, releaseDueAt });
    expect(stage.money(taskId)).toMatchObject({ poster: 95_000, ann: 0, fees: 0, escrow: 5_000 });
    expect(stage.market.jobs.at(-1)).toMatchObject({ name: "release-payments", runAt: releaseDueAt });
  });

  it("may be until the last millisecond of the time for it, by its poster and the one who won", () => {
    for (const partyId of [stage.poster, stage.ann]) {
      const taskId = approvedTask();
      stage.market.advanceMs(24 * 3_600_000 - 1);
      expect(stage.dispute(taskId, { partyId }).assignmentId).toBe(stage.assignment(taskId, stage.ann).id);
      expect(stage.task(taskId)).toMatchObject({ state: "disputed", releaseDueAt: null, price: 4_000 });
      expect(stage.states(taskId, stage.ann)).toEqual(["accepted"]);
    }
  });

  it("may not be once that time is over, paid or not, nor by those who lost", () => {
    const taskId = approvedTask(two());
    const input = { taskId, partyId: stage.poster, submissionId: null, reason: "No." };
    stage.expectRefused(openDispute, { ...input, partyId: stage.ben }, "not_allowed");
    stage.market.advanceMs(24 * 3_600_000);
    stage.expectRefused(openDispute, input, "task_wrong_state", { state: "completed" });
    stage.market.execute(releasePayment, { taskId });
    stage.expectRefused(openDispute, input, "task_wrong_state", { state: "completed" });
  });
});

describe("opening a dispute", () => {
  it("is refused to strangers, to whom a private task is not even there", () => {
    const { task } = stage.delivered(one());
    const input = { taskId: task.id, partyId: stage.ben, submissionId: null, reason: "No." };
    stage.expectRefused(openDispute, input, "not_allowed");
    stage.expectRefused(openDispute, { ...input, taskId: nobody }, "task_not_found");
    const hidden = stage.competition({ visibility: "private" });
    stage.expectRefused(openDispute, { ...input, taskId: hidden.id }, "task_not_found");
  });

  it("is refused where there is nothing to disagree on", () => {
    const ref = { partyId: stage.poster, submissionId: null, reason: "No." };
    const paid = stage.delivered(one()).task;
    stage.market.execute(approveSubmission, { taskId: paid.id, reviewerId: stage.poster });
    for (const { id } of [stage.competition(), stage.underway(one()), paid]) {
      const { state } = stage.task(id);
      stage.expectRefused(openDispute, { ...ref, taskId: id }, "task_wrong_state", { state });
    }
  });
});

describe("answering a dispute", () => {
  it("is the other side's to do, once", () => {
    for (const [partyId, other] of [
      [stage.poster, stage.ann],
      [stage.ann, stage.poster],
    ] as const) {
      const { task, submissions } = stage.delivered(two());
      const submissionId = submissions.get(stage.ann) ?? null;
      const { id: disputeId } = stage.dispute(task.id, { partyId, submissionId });
      const answer = { taskId: task.id, disputeId, partyId: other, response: "It is all there." };
      for (const stranger of [partyId, stage.ben, nobody]) {
        stage.expectRefused(answerDispute, { ...answer, partyId: stranger }, "dispute_not_found");
      }
      stage.expectRefused(answerDispute, { ...answer, disputeId: nobody }, "dispute_not_found");
      stage.expectRefused(answerDispute, { ...answer, taskId: nobody }, "task_not_found");
      const { dispute } = stage.market.execute(answerDispute, answer);
      expect(dispute.response).toBe("It is all there.");
      expect(stage.market.disputes.get(disputeId)).toEqual(dispute);
      stage.expectRefused(answerDispute, answer, "task_wrong_state");
    }
  });
});
