import { beforeEach, describe, expect, it } from "vitest";
import { aTask } from "../../test/support/market-inputs.ts";
import { MarketStage } from "../../test/support/market-stage.ts";
import type { Task } from "../model/task.ts";
import { approveSubmission } from "./approve-submission.ts";
import { askQuestion } from "./ask-question.ts";
import { noTally } from "./book-records.ts";
import { cancelTask } from "./cancel-task.ts";
import { claimTask } from "./claim-task.ts";
import { type PostTask, postTask } from "./post-task.ts";
import { requestRevision } from "./request-revision.ts";
import { submitWork } from "./submit-work.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

/** A task that takes 40 of somebody's 100 free credits of today. */
function onAllowance(holderId = "somebody", wish: Partial<PostTask> = {}): PostTask {
  const day = stage.market.now.slice(0, 10);
  const allowance = { holderId, day, credits: 40, dailyLimit: 100 };
  return aTask(stage.poster, { budget: 0, allowance, reviewPolicy: "manual", maxRevisions: null, ...wish });
}

function used(holderId = "somebody", day = "2026-01-01"): number | undefined {
  return stage.market.allowances.get(`${holderId} ${day}`)?.used;
}

describe("posting on a daily allowance", () => {
  it("uses free credits and moves no money", () => {
    const moved = stage.market.transfers.length;
    const { task, balance } = stage.market.execute(postTask, onAllowance());
    expect(task).toMatchObject({ funding: "allowance", budget: 0, price: null, state: "open" });
    expect(balance).toBe(100);
    expect(used()).toBe(40);
    expect(stage.market.transfers).toHaveLength(moved);
  });

  it("goes up to the limit of the day, and not one credit further", () => {
    const day = "2026-01-01";
    const post = (credits: number) => ({
      ...onAllowance(),
      allowance: { holderId: "somebody", day, credits, dailyLimit: 100 },
    });
    stage.market.execute(postTask, post(60));
    stage.market.execute(postTask, post(40));
    expect(used()).toBe(100);
    stage.expectRefused(postTask, post(1), "allowance_used_up", {
      dailyLimit: 100,
      resetsAt: "2026-01-02T00:00:00.000Z",
    });
    expect(stage.market.tasks).toHaveLength(2);
  });

  it("counts what the other commands of one batch use", () => {
    const input = onAllowance();
    const book = stage.market.open([postTask.loads(input)]);
    const post = () => book.attempt("post_task", () => postTask.decide(book, input));
    post();
    post();
    expect(post).toThrow("Today's free credits are used up.");
    expect(book.changes().newAllowances).toEqual([{ holderId: "somebody", day: "2026-01-01", used: 80 }]);
    expect(book.changes().newTasks).toHaveLength(2);
  });

  it("begins anew with the next day, and for everybody else on the same", () => {
    stage.market.execute(postTask, onAllowance());
    stage.market.execute(postTask, onAllowance());
    stage.expectRefused(postTask, onAllowance(), "allowance_used_up");
    stage.market.execute(postTask, onAllowance("somebody else"));
    stage.market.advanceMinutes(24 * 60);
    stage.market.execute(postTask, onAllowance());
    expect([used(), used("somebody else"), used("somebody", "2026-01-02")]).toEqual([80, 40, 40]);
  });

  it("tells the poster what there is to know from the start", () => {
    const { task } = stage.market.execute(postTask, onAllowance("somebody", { notice: "Nobody is there yet." }));
    expect(stage.market.eventsOf(task.id).map(({ type, actorId, data }) => [type, actorId, data.content])).toEqual([
      ["task.posted", stage.poster, undefined],
      ["progress.logged", null, "Nobody is there yet."],
    ]);
    expect(task.eventCount).toBe(2);
    expect(task).not.toHaveProperty("notice");
  });

  it("is completed without a price; the worker's work counts all the same", () => {
    const { task } = stage.market.execute(postTask, onAllowance());
    const moved = stage.market.transfers.length;
    const worked = { taskId: task.id, workerId: stage.worker };
    stage.market.execute(claimTask, worked);
    stage.market.execute(submitWork, { ...worked, text: "Done." });
    const approved = stage.market.execute(approveSubmission, { taskId: task.id, reviewerId: stage.poster, rating: 5 });
    expect(approved.task).toMatchObject({ state: "completed", price: null });
    expect(stage.market.transfers).toHaveLength(moved);
    expect(stage.market.standings.get(stage.worker)).toEqual({
      ...noTally,
      completed: 1,
      ratingSum: 5,
      ratingCount: 1,
      deadlinesMet: 1,
    });
  });
});

describe("cancelling a task on an allowance", () => {
  const states: readonly [string, (task: Task) => void][] = [
    ["open", () => undefined],
    ["taken", claim],
    ["waiting for an answer", ask],
    ["in review", submit],
    [
      "sent back",
      (task) => {
        submit(task);
        stage.market.execute(requestRevision, { taskId: task.id, posterId: stage.poster, reason: null });
      },
    ],
  ];

  it.each(states)("is possible while it is %s; its worker is let go and the credits stay used", (_, prepare) => {
    const { task } = stage.market.execute(postTask, onAllowance());
    prepare(task);
    const moved = stage.market.transfers.length;
    const cancel = { taskId: task.id, posterId: stage.poster };
    expect(stage.market.execute(cancelTask, cancel).task).toMatchObject({ state: "cancelled", reviewDueAt: null });
    for (const assignment of stage.market.assignments.values()) {
      expect(assignment).toMatchObject({
        state: "released",
        dueAt: null,
        leaseExpiresAt: null,
        pausedMs: null,
        openQuestionId: null,
        endedAt: stage.market.now,
      });
    }
    for (const question of stage.market.questions.values()) expect(question.answeredAt).toBe(stage.market.now);
    expect(stage.market.transfers).toHaveLength(moved);
    expect(used()).toBe(40);
    const late = { taskId: task.id, workerId: stage.worker, text: "Late." };
    stage.expectRefused(submitWork, late, stage.market.assignments.size === 0 ? "not_assignee" : "lease_lost");
  });

  it("is refused once it is complete, and changes nothing once it is cancelled", () => {
    const { task } = stage.market.execute(postTask, onAllowance());
    submit(task);
    stage.market.execute(approveSubmission, { taskId: task.id, reviewerId: stage.poster });
    const cancel = { taskId: task.id, posterId: stage.poster };
    stage.expectRefused(cancelTask, cancel, "task_wrong_state", { state: "completed" });
    const other = stage.market.execute(postTask, onAllowance()).task;
    const first = stage.market.execute(cancelTask, { ...cancel, taskId: other.id });
    expect(stage.market.execute(cancelTask, { ...cancel, taskId: other.id })).toEqual(first);
  });

  function claim(task: Task): void {
    stage.market.execute(claimTask, { taskId: task.id, workerId: stage.worker });
  }

  function ask(task: Task): void {
    claim(task);
    const question = { type: "message", content: "Which?", items: null } as const;
    stage.market.execute(askQuestion, { taskId: task.id, workerId: stage.worker, ...question });
  }

  function submit(task: Task): void {
    claim(task);
    stage.market.execute(submitWork, { taskId: task.id, workerId: stage.worker, text: "Done." });
  }
});
