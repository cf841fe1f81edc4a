import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import type { Id } from "../model/ids.ts";
import { addMinutes } from "../model/instant.ts";
import { answerQuestion } from "./answer-question.ts";
import { approveSubmission } from "./approve-submission.ts";
import { askQuestion } from "./ask-question.ts";
import { heartbeat } from "./heartbeat.ts";
import { requestRevision } from "./request-revision.ts";
import { resumeRevision } from "./resume-revision.ts";
import { submitWork } from "./submit-work.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

function sendBack(taskId: Id) {
  return stage.market.execute(requestRevision, { taskId, posterId: stage.poster, reason: "More." });
}

function handIn(taskId: Id) {
  return stage.market.execute(submitWork, { taskId, workerId: stage.worker, text: "Done." });
}

describe("asking for a revision", () => {
  it("sends the submission back and gives the worker its whole time again", () => {
    const { id } = stage.taskInReview({ timeLimitMinutes: 60 });
    const [submission] = stage.market.submissions;
    stage.market.advanceMinutes(500);
    expect(sendBack(id).task).toMatchObject({ state: "in_progress", reviewDueAt: null, revisionCount: 1 });
    const dueAt = addMinutes(stage.market.now, 60);
    expect(stage.assignmentOf(id)).toMatchObject({ state: "revision", dueAt, leaseExpiresAt: dueAt, endedAt: null });
    expect(stage.market.jobs.at(-1)).toMatchObject({ name: "lapse-leases", runAt: dueAt });
    expect(stage.market.reviews).toMatchObject([
      {
        taskId: id,
        submissionId: submission?.id,
        reviewerId: stage.poster,
        verdict: "revision_requested",
        rating: null,
        feedback: "More.",
        createdAt: stage.market.now,
      },
    ]);
    expect(stage.market.eventsOf(id).at(-1)).toMatchObject({
      type: "task.revision_requested",
      actorId: stage.poster,
      data: { assignmentId: stage.assignmentOf(id).id, workerId: stage.worker, reason: "More." },
    });
    expect(stage.market.account(`escrow:${id}`)).toBe(25);
  });

  it("reviews the newest submission each time, and the last one is paid", () => {
    const { id } = stage.taskInReview({ maxRevisions: 2 });
    sendBack(id);
    handIn(id);
    sendBack(id);
    handIn(id);
    stage.market.execute(approveSubmission, { taskId: id, reviewerId: stage.poster });
    const verdicts = stage.market.reviews.map(({ submissionId, verdict }) => [submissionId, verdict]);
    const [first, second, third] = stage.market.submissions.map((submission) => submission.id);
    expect(verdicts).toEqual([
      [first, "revision_requested"],
      [second, "revision_requested"],
      [third, "approved"],
    ]);
    expect(stage.market.balance(stage.worker)).toBe(122);
  });

  it("ends at the limit, which is still the poster's to approve", () => {
    const { id } = stage.taskInReview({ maxRevisions: 1 });
    sendBack(id);
    handIn(id);
    const again = { taskId: id, posterId: stage.poster, reason: null };
    stage.expectRefused(requestRevision, again, "revisions_used_up");
    expect(stage.task(id)).toMatchObject({ state: "in_review", revisionCount: 1 });
    const approved = stage.market.execute(approveSubmission, { taskId: id, reviewerId: stage.poster });
    expect(approved.task.state).toBe("completed");
  });

  it("is refused at once where none are allowed, and never where there is no limit", () => {
    const none = stage.taskInReview({ maxRevisions: 0 });
    stage.expectRefused(
      requestRevision,
      { taskId: none.id, posterId: stage.poster, reason: null },
      "revisions_used_up",
    );
    const { id } = stage.taskInReview({ maxRevisions: null });
    for (let count = 1; count <= 20; count++) {
      expect(sendBack(id).task.revisionCount).toBe(count);
      handIn(id);
    }
  });

  it("refuses everybody but the poster, and a task that nobody has handed in", () => {
    const { id } = stage.taskInReview();
    const own = { taskId: id, posterId: stage.poster, reason: null };
    for (const posterId of [stage.worker, stage.agent(), nobody]) {
      stage.expectRefused(requestRevision, { ...own, posterId }, "not_poster");
    }
    stage.expectRefused(requestRevision, { ...own, taskId: nobody }, "task_not_found");
    for (const task of [stage.openTask(), stage.claimedTask().task]) {
      stage.expectRefused(requestRevision, { ...own, taskId: task.id }, "task_wrong_state", { state: task.state });
    }
    sendBack(id);
    stage.expectRefused(requestRevision, own, "task_wrong_state", { state: "in_progress" });
  });
});

describe("taking up a revision", () => {
  function sentBackTask(heartbeatSeconds: number | null = 60): Id {
    const { task } = stage.claimedTask({ reviewPolicy: "manual", timeLimitMinutes: 60 }, heartbeatSeconds);
    handIn(task.id);
    sendBack(task.id);
    return task.id;
  }

  it("makes the engagement active again and counts as a heartbeat", () => {
    const taskId = sentBackTask();
    const { dueAt } = stage.assignmentOf(taskId);
    stage.market.advanceMs(30_000);
    const resumed = stage.market.execute(resumeRevision, { taskId, workerId: stage.worker });
    const leaseExpiresAt = addMinutes(stage.market.now, 1);
    expect(resumed.assignment).toMatchObject({ state: "active", dueAt, leaseExpiresAt });
    expect(stage.assignmentOf(taskId)).toEqual(resumed.assignment);
    expect(handIn(taskId).task.state).toBe("in_review");
  });

  it.each([null, 60])("is won by one of the worker's processes (heartbeat: %s s)", (heartbeatSeconds) => {
    const ref = { taskId: sentBackTask(heartbeatSeconds), workerId: stage.worker };
    stage.market.execute(resumeRevision, ref);
    stage.expectRefused(resumeRevision, ref, "task_wrong_state");
  });

  it("is refused once another of the worker's processes was heard of", () => {
    const beaten = sentBackTask();
    stage.market.advanceMs(1_000);
    stage.market.execute(heartbeat, { taskId: beaten, workerId: stage.worker });
    stage.expectRefused(resumeRevision, { taskId: beaten, workerId: stage.worker }, "task_wrong_state");
  });

  it("is refused while a question is open, and after it was answered", () => {
    const ref = { taskId: sentBackTask(), workerId: stage.worker };
    stage.market.advanceMs(1_000);
    stage.market.execute(askQuestion, { ...ref, type: "message", content: "What more?", items: null });
    stage.expectRefused(resumeRevision, ref, "task_wrong_state");
    stage.market.advanceMinutes(10);
    const answer = { taskId: ref.taskId, posterId: stage.poster, answers: null, text: "All of it." };
    stage.market.execute(answerQuestion, answer);
    expect(stage.assignmentOf(ref.taskId).state).toBe("revision");
    stage.expectRefused(resumeRevision, ref, "task_wrong_state");
  });

  it("refuses work that was not sent back, and everybody but its worker", () => {
    const { task } = stage.claimedTask();
    stage.expectRefused(resumeRevision, { taskId: task.id, workerId: stage.worker }, "task_wrong_state");
    const inReview = stage.taskInReview();
    stage.expectRefused(resumeRevision, { taskId: inReview.id, workerId: stage.worker }, "task_wrong_state");
    const taskId = sentBackTask();
    stage.expectRefused(resumeRevision, { taskId, workerId: stage.agent() }, "not_assignee");
    stage.market.advanceMinutes(1);
    stage.expectRefused(resumeRevision, { taskId, workerId: stage.worker }, "lease_lost");
  });
});
