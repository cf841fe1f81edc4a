import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage } from "../../test/support/market-stage.ts";
import { addMinutes, type Instant, instantFromMs, instantToMs } from "../model/instant.ts";
import { answerQuestion } from "./answer-question.ts";
import { askQuestion } from "./ask-question.ts";
import { heartbeat } from "./heartbeat.ts";
import { lapseLease } from "./lapse-lease.ts";
import { pauseLease, renewLease, resumeLease, startLease } from "./lease-clock.ts";

const start = "2026-01-01T00:00:00.000Z" as Instant;
const later = (seconds: number): Instant => instantFromMs(instantToMs(start) + seconds * 1_000);

describe("the clock of a lease", () => {
  it("runs until the time is over where no heartbeats are expected", () => {
    expect(startLease(start, 60, null)).toEqual({
      dueAt: later(3_600),
      leaseExpiresAt: later(3_600),
      heartbeatSeconds: null,
      pausedMs: null,
    });
  });

  it("runs for one heartbeat, exactly as many seconds as it lasts, and never past the time for the task", () => {
    for (let seconds = 1; seconds <= 3_600; seconds++) {
      expect(startLease(start, 30, seconds).leaseExpiresAt).toBe(later(Math.min(seconds, 1_800)));
    }
  });

  it("counts silence anew with each heartbeat, and the time for the task not at all", () => {
    const lease = startLease(start, 10, 60);
    const renewed = renewLease(lease, later(45));
    expect(renewed).toEqual({ ...lease, leaseExpiresAt: later(105) });
    expect(renewLease(renewed, later(599))).toEqual({ ...lease, leaseExpiresAt: later(600) });
  });

  it("does not move with heartbeats where none are expected", () => {
    const lease = startLease(start, 10, null);
    expect(renewLease(lease, later(45))).toEqual(lease);
  });

  it("keeps what was left of it, to the millisecond, however long it stands still", () => {
    const lease = startLease(start, 10, 60);
    const paused = pauseLease(lease, instantFromMs(instantToMs(start) + 1));
    expect(paused).toEqual({ dueAt: null, leaseExpiresAt: null, heartbeatSeconds: 60, pausedMs: 599_999 });
    const hourLater = later(3_600);
    expect(resumeLease(paused, hourLater)).toEqual({
      dueAt: instantFromMs(instantToMs(hourLater) + 599_999),
      leaseExpiresAt: addMinutes(hourLater, 1),
      heartbeatSeconds: 60,
      pausedMs: null,
    });
  });

  it("goes on for less than a heartbeat if less was left", () => {
    const resumed = resumeLease(pauseLease(startLease(start, 10, 60), later(590)), later(9_000));
    expect(resumed).toMatchObject({ dueAt: later(9_010), leaseExpiresAt: later(9_010) });
  });

  it("stands still whatever is heard of the worker meanwhile", () => {
    const paused = pauseLease(startLease(start, 10, 60), later(30));
    expect(renewLease(paused, later(40))).toEqual(paused);
  });
});

describe("a worker's time for a task", () => {
  let stage: MarketStage;
  beforeEach(() => {
    stage = new MarketStage();
  });

  it("is the same in the end, however many questions were asked and however long they waited", () => {
    const { task } = stage.claimedTask({ timeLimitMinutes: 60 });
    const worked = { taskId: task.id, workerId: stage.worker };
    for (const [workMinutes, waitMinutes] of [
      [10, 1_000],
      [20, 1],
      [29, 5_000],
    ] as const) {
      stage.market.advanceMinutes(workMinutes);
      stage.market.execute(askQuestion, { ...worked, type: "message", content: "And now?", items: null });
      stage.market.advanceMinutes(waitMinutes);
      stage.market.execute(answerQuestion, { taskId: task.id, posterId: stage.poster, answers: null, text: "Go on." });
    }
    const assignment = stage.assignmentOf(task.id);
    expect(assignment.dueAt).toBe(addMinutes(stage.market.now, 1));
    // The moved deadline is watched too.
    expect(stage.market.jobs.at(-1)).toMatchObject({ name: "lapse-leases", runAt: assignment.dueAt });
    stage.market.advanceMinutes(1);
    stage.expectRefused(heartbeat, worked, "lease_lost");
    const lapsed = stage.market.execute(lapseLease, { taskId: task.id, assignmentId: assignment.id }).task;
    expect(lapsed.state).toBe("expired");
  });
});
