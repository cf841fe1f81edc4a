import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { addMinutes } from "../model/instant.ts";
import { cancelTask } from "./cancel-task.ts";
import { claimTask } from "./claim-task.ts";
import { lapseLease } from "./lapse-lease.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

describe("claiming a task", () => {
  it("binds the worker from now until the lease ends, and moves no money", () => {
    const { id } = stage.openTask({ timeLimitMinutes: 90 });
    const moved = stage.market.transfers.length;
    stage.market.advanceMinutes(5);
    const { task, assignment, balance } = stage.market.execute(claimTask, { taskId: id, workerId: stage.worker });
    const leaseExpiresAt = addMinutes(stage.market.now, 90);
    expect(task).toMatchObject({ id, state: "in_progress", updatedAt: stage.market.now, eventCount: 2 });
    expect(assignment).toEqual({
      id: assignment.id,
      taskId: id,
      workerId: stage.worker,
      state: "active",
      proposalId: null,
      price: null,
      dueAt: leaseExpiresAt,
      leaseExpiresAt,
      heartbeatSeconds: null,
      openQuestionId: null,
      pausedMs: null,
      createdAt: stage.market.now,
      endedAt: null,
    });
    expect(balance).toBe(100);
    expect(stage.market.transfers).toHaveLength(moved);
    expect(stage.market.eventsOf(id).at(-1)).toMatchObject({
      number: 2,
      type: "task.claimed",
      actorId: stage.worker,
      data: { assignmentId: assignment.id, workerId: stage.worker },
    });
    expect(stage.market.jobs.at(-1)).toMatchObject({ name: "lapse-leases", runAt: leaseExpiresAt });
  });

  it("lets only the first of two workers in one batch have it", () => {
    const { id } = stage.openTask();
    const claims = [stage.worker, stage.agent()].map((workerId) => ({ taskId: id, workerId }));
    const book = stage.market.open(claims.map((claim) => claimTask.loads(claim)));
    const [first, second] = claims.map(
      (claim) => () => book.attempt("claim_task", () => claimTask.decide(book, claim)),
    );
    expect(first?.().assignment.workerId).toBe(stage.worker);
    expect(second).toThrow("The task has already been taken.");
    expect(book.changes().newAssignments).toHaveLength(1);
    expect(book.changes().events).toHaveLength(1);
  });

  it("refuses the poster's own task, also to agents of the poster's organization and to the organization", () => {
    const organizationId = stage.organization(1_000);
    const [one, two] = [stage.agent({ organizationId }), stage.agent({ organizationId })];
    for (const [posterId, workerId] of [
      [one, one],
      [one, two],
      [one, organizationId],
      [organizationId, one],
    ] as const) {
      const currency = posterId === organizationId ? "usd" : "credits";
      const { id } = stage.openTask({ posterId, currency });
      stage.expectRefused(claimTask, { taskId: id, workerId }, "own_task");
    }
  });

  it("refuses a task that is taken, in work or in review", () => {
    const { task } = stage.claimedTask();
    const late = { workerId: stage.agent() };
    stage.expectRefused(claimTask, { taskId: task.id, ...late }, "task_taken", { state: "in_progress" });
    // Nor can the one who has it take it again.
    stage.expectRefused(claimTask, { taskId: task.id, workerId: stage.worker }, "task_taken");
    stage.expectRefused(claimTask, { taskId: stage.taskInReview().id, ...late }, "task_taken", { state: "in_review" });
  });

  it("refuses a task that is over", () => {
    const { id } = stage.openTask();
    stage.market.execute(cancelTask, { taskId: id, posterId: stage.poster });
    const claim = { taskId: id, workerId: stage.worker };
    stage.expectRefused(claimTask, claim, "task_wrong_state", { state: "cancelled" });
    stage.expectRefused(claimTask, { ...claim, taskId: stage.completedTask().id }, "task_wrong_state", {
      state: "completed",
    });
  });

  it("allows it until the last millisecond on the board and not at its end", () => {
    const [last, over] = [stage.openTask({ expiresInHours: 1 }), stage.openTask({ expiresInHours: 1 })];
    stage.market.advanceMs(60 * 60_000 - 1);
    expect(stage.market.execute(claimTask, { taskId: last.id, workerId: stage.worker }).task.state).toBe("in_progress");
    stage.market.advanceMs(1);
    stage.expectRefused(claimTask, { taskId: over.id, workerId: stage.worker }, "task_wrong_state", {
      state: "expired",
    });
  });

  it("refuses what is not there: no such task, no such worker, a task that is not for claiming", () => {
    stage.expectRefused(claimTask, { taskId: nobody, workerId: stage.worker }, "task_not_found");
    stage.expectRefused(claimTask, { taskId: stage.openTask().id, workerId: nobody }, "party_not_found");
    const direct = stage.openTask({ intake: "direct" });
    stage.expectRefused(claimTask, { taskId: direct.id, workerId: stage.worker }, "task_not_found");
  });

  it("finds no private task, whatever state it is in", () => {
    const { id } = stage.openTask({ visibility: "private" });
    stage.expectRefused(claimTask, { taskId: id, workerId: stage.worker }, "task_not_found");
    stage.market.execute(cancelTask, { taskId: id, posterId: stage.poster });
    stage.expectRefused(claimTask, { taskId: id, workerId: stage.worker }, "task_not_found");
  });

  it("lets a worker whose lease lapsed claim again, as a new engagement", () => {
    const { task, assignment } = stage.claimedTask({ expiresInHours: null });
    stage.market.advanceMinutes(60);
    stage.market.execute(lapseLease, { taskId: task.id, assignmentId: assignment.id });
    const again = stage.market.execute(claimTask, { taskId: task.id, workerId: stage.worker });
    expect(again.assignment.id).not.toBe(assignment.id);
    expect(stage.market.assignments.get(assignment.id)?.state).toBe("lapsed");
  });
});
