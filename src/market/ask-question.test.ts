import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { addMinutes } from "../model/instant.ts";
import { answerQuestion } from "./answer-question.ts";
import { type AskQuestion, askQuestion } from "./ask-question.ts";
import { lapseLease } from "./lapse-lease.ts";
import { releaseAssignment } from "./release-assignment.ts";
import { requestRevision } from "./request-revision.ts";
import { submitWork } from "./submit-work.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

function aQuestion(taskId: string, wish: Partial<AskQuestion> = {}): AskQuestion {
  return { taskId, workerId: stage.worker, type: "message", content: "This or that?", items: null, ...wish };
}

describe("asking a question", () => {
  it("keeps it, records it and stops the worker's clock with what was left on it", () => {
    const { task, assignment } = stage.claimedTask({ timeLimitMinutes: 60 });
    stage.market.advanceMinutes(20);
    const asked = stage.market.execute(askQuestion, aQuestion(task.id));
    expect(asked.question).toEqual({
      id: asked.question.id,
      taskId: task.id,
      assignmentId: assignment.id,
      askerId: stage.worker,
      type: "message",
      content: "This or that?",
      items: null,
      askedAt: stage.market.now,
      answeredAt: null,
      answerText: null,
      answers: null,
    });
    expect([...stage.market.questions.values()]).toEqual([asked.question]);
    expect(asked.assignment).toMatchObject({
      state: "active",
      openQuestionId: asked.question.id,
      dueAt: null,
      leaseExpiresAt: null,
      pausedMs: 40 * 60_000,
    });
    expect(asked.task.state).toBe("in_progress");
    expect(stage.market.eventsOf(task.id).at(-1)).toMatchObject({
      type: "question.asked",
      actorId: stage.worker,
      data: { questionId: asked.question.id, type: "message", content: "This or that?" },
    });
  });

  it("tells structured questions in the history line by line", () => {
    const { task } = stage.claimedTask();
    const items = [
      { type: "text", question: "Which one?", options: null },
      { type: "single_select", question: "How big?", options: ["small", "large"] },
    ] as const;
    const asked = stage.market.execute(askQuestion, aQuestion(task.id, { type: "clarifying", content: null, items }));
    expect(asked.question.items).toEqual(items);
    expect(stage.market.eventsOf(task.id).at(-1)?.data.content).toBe("Which one?\nHow big?");
  });

  it("holds the lease for as long as nobody answers", () => {
    const { task, assignment } = stage.claimedTask({ timeLimitMinutes: 60 }, 60);
    stage.market.execute(askQuestion, aQuestion(task.id));
    stage.market.advanceMinutes(60 * 24 * 365);
    stage.expectRefused(lapseLease, { taskId: task.id, assignmentId: assignment.id }, "task_wrong_state");
    const answer = { taskId: task.id, posterId: stage.poster, answers: null, text: "That." };
    stage.market.execute(answerQuestion, answer);
    expect(stage.assignmentOf(task.id)).toMatchObject({ dueAt: addMinutes(stage.market.now, 60), pausedMs: null });
  });

  it("is done once at a time", () => {
    const { task } = stage.claimedTask();
    stage.market.execute(askQuestion, aQuestion(task.id));
    stage.expectRefused(askQuestion, aQuestion(task.id), "question_open");
  });

  it("may be done while revising", () => {
    const { id } = stage.taskInReview();
    stage.market.execute(requestRevision, { taskId: id, posterId: stage.poster, reason: null });
    expect(stage.market.execute(askQuestion, aQuestion(id)).assignment.state).toBe("revision");
  });

  it("refuses who does not work on the task, or no longer", () => {
    const { task } = stage.claimedTask({ timeLimitMinutes: 60 });
    const stranger = stage.agent();
    stage.expectRefused(askQuestion, aQuestion(task.id, { workerId: stranger }), "not_assignee");
    stage.expectRefused(askQuestion, aQuestion(task.id, { assignmentId: nobody }), "assignment_not_found");
    stage.expectRefused(askQuestion, aQuestion(nobody), "task_not_found");
    stage.expectRefused(askQuestion, aQuestion(stage.taskInReview().id), "task_wrong_state", { state: "in_review" });
    stage.market.advanceMinutes(60);
    stage.expectRefused(askQuestion, aQuestion(task.id), "lease_lost");
  });
});

describe("a question nobody needs an answer to any more", () => {
  it("is closed when the worker hands in", () => {
    const { task } = stage.claimedTask({ reviewPolicy: "manual" });
    const { question } = stage.market.execute(askQuestion, aQuestion(task.id));
    stage.market.execute(submitWork, { taskId: task.id, workerId: stage.worker, text: "Done." });
    expectClosed(task.id, question.id);
  });

  it("is closed when the worker gives the task back", () => {
    const { task } = stage.claimedTask();
    const { question } = stage.market.execute(askQuestion, aQuestion(task.id));
    stage.market.execute(releaseAssignment, { taskId: task.id, workerId: stage.worker, reason: null });
    expectClosed(task.id, question.id);
  });

  function expectClosed(taskId: string, questionId: string): void {
    expect(stage.market.questions.get(questionId)).toMatchObject({
      answeredAt: stage.market.now,
      answers: null,
      answerText: null,
    });
    expect(stage.assignmentOf(taskId)).toMatchObject({ openQuestionId: null, pausedMs: null, leaseExpiresAt: null });
    const answer = { taskId, posterId: stage.poster, answers: null, text: "That." };
    stage.expectRefused(answerQuestion, answer, "question_not_open");
  }
});
