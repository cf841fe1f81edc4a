import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { addMinutes } from "../model/instant.ts";
import { askQuestion } from "./ask-question.ts";
import type { AssignmentRef } from "./assignments.ts";
import { claimTask, type WorkedTask } from "./claim-task.ts";
import type { Command } from "./command.ts";
import { heartbeat } from "./heartbeat.ts";
import { lapseLease } from "./lapse-lease.ts";
import { logProgress } from "./log-progress.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

/** Progress with words of its own, so that both commands are told the same. */
const someProgress: Command<AssignmentRef, WorkedTask> = {
  name: logProgress.name,
  loads: (ref) => logProgress.loads({ ...ref, content: "Half done." }),
  decide: (book, ref) => logProgress.decide(book, { ...ref, content: "Half done." }),
};

describe.each([
  ["a heartbeat", heartbeat],
  ["a word of progress", someProgress],
])("%s", (_, command) => {
  it("keeps the lease for as long as one heartbeat lasts", () => {
    const { task, assignment } = stage.claimedTask({ timeLimitMinutes: 60 }, 90);
    expect(assignment.leaseExpiresAt).toBe(addMinutes(stage.market.now, 1.5));
    stage.market.advanceMinutes(1);
    const kept = stage.market.execute(command, { taskId: task.id, workerId: stage.worker });
    const leaseExpiresAt = addMinutes(stage.market.now, 1.5);
    expect(kept.assignment).toEqual({ ...assignment, leaseExpiresAt });
    expect(stage.assignmentOf(task.id)).toEqual(kept.assignment);
    expect(stage.market.jobs.at(-1)).toMatchObject({ name: "lapse-leases", runAt: leaseExpiresAt });
    stage.market.advanceMinutes(1);
    stage.expectRefused(lapseLease, { taskId: task.id, assignmentId: assignment.id }, "not_due");
  });

  it("never keeps it past the time for the task", () => {
    const { task, assignment } = stage.claimedTask({ timeLimitMinutes: 60 }, 90);
    for (let minute = 1; minute < 60; minute++) {
      stage.market.advanceMinutes(1);
      const { leaseExpiresAt, dueAt } = stage.market.execute(command, {
        taskId: task.id,
        workerId: stage.worker,
      }).assignment;
      expect(dueAt).toBe(assignment.dueAt);
      expect(String(leaseExpiresAt) <= String(dueAt)).toBe(true);
    }
    stage.market.advanceMinutes(1);
    stage.expectRefused(command, { taskId: task.id, workerId: stage.worker }, "lease_lost");
  });

  it("comes in time until the last millisecond of silence allowed, and too late at its end", () => {
    const { task } = stage.claimedTask({}, 60);
    const beat = { taskId: task.id, workerId: stage.worker };
    stage.market.advanceMs(59_999);
    stage.market.execute(command, beat);
    stage.market.advanceMs(60_000);
    stage.expectRefused(command, beat, "lease_lost");
  });

  it("is heard while a question is open, and starts no clock", () => {
    const { task } = stage.claimedTask({}, 60);
    const ref = { taskId: task.id, workerId: stage.worker };
    stage.market.execute(askQuestion, { ...ref, type: "message", content: "Which?", items: null });
    const waiting = stage.assignmentOf(task.id);
    stage.market.advanceMinutes(600);
    expect(stage.market.execute(command, ref).assignment).toEqual(waiting);
  });

  it("refuses everybody but the worker, and the worker of an engagement that is over", () => {
    const { task, assignment } = stage.claimedTask({ expiresInHours: null }, 60);
    const own = { taskId: task.id, workerId: stage.worker };
    stage.expectRefused(command, { ...own, workerId: stage.agent() }, "not_assignee");
    stage.expectRefused(command, { ...own, workerId: stage.poster }, "not_assignee");
    stage.expectRefused(command, { ...own, assignmentId: nobody }, "assignment_not_found");
    stage.expectRefused(
      command,
      { ...own, workerId: stage.agent(), assignmentId: assignment.id },
      "assignment_not_found",
    );
    stage.expectRefused(command, { ...own, taskId: nobody }, "task_not_found");
    stage.expectRefused(command, { ...own, taskId: stage.taskInReview().id }, "task_wrong_state", {
      state: "in_review",
    });
    stage.market.advanceMinutes(1);
    stage.market.execute(lapseLease, { taskId: task.id, assignmentId: assignment.id });
    stage.expectRefused(command, own, "lease_lost");
  });

  it("of an engagement that lapsed is refused although the same worker has a new one", () => {
    const { task, assignment } = stage.claimedTask({ expiresInHours: null }, 60);
    stage.market.advanceMinutes(1);
    stage.market.execute(lapseLease, { taskId: task.id, assignmentId: assignment.id });
    const own = { taskId: task.id, workerId: stage.worker };
    const again = stage.market.execute(claimTask, own).assignment;
    stage.expectRefused(command, { ...own, assignmentId: assignment.id }, "lease_lost");
    expect(stage.market.execute(command, { ...own, assignmentId: again.id }).assignment.id).toBe(again.id);
    // Where the door names only the task, the newest engagement counts.
    expect(stage.market.execute(command, own).assignment.id).toBe(again.id);
  });
});

describe("what is written down", () => {
  it("is nothing of a heartbeat that changes nothing", () => {
    const { task } = stage.claimedTask();
    const [jobs, events] = [stage.market.jobs.length, stage.market.events.length];
    stage.market.advanceMinutes(1);
    stage.market.execute(heartbeat, { taskId: task.id, workerId: stage.worker });
    expect([stage.market.jobs.length, stage.market.events.length]).toEqual([jobs, events]);
  });

  it("is every word of progress", () => {
    const { task, assignment } = stage.claimedTask();
    const said = stage.market.execute(logProgress, { taskId: task.id, workerId: stage.worker, content: "Half done." });
    expect(said.task.eventCount).toBe(3);
    expect(stage.market.eventsOf(task.id).at(-1)).toMatchObject({
      number: 3,
      type: "progress.logged",
      actorId: stage.worker,
      data: { assignmentId: assignment.id, content: "Half done." },
    });
  });
});
