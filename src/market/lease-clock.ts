import type { Assignment } from "../model/assignment.ts";
import { addMinutes, type Instant, instantFromMs, instantToMs } from "../model/instant.ts";

/** A worker's clocks: how long the task may take (`dueAt`), and how long the worker may be silent (heartbeats). */
export type LeaseClock = Pick<Assignment, "dueAt" | "leaseExpiresAt" | "heartbeatSeconds" | "pausedMs">;

/** The clock of an assignment that begins now. `heartbeatSeconds` null: no heartbeats are expected. */
export function startLease(now: Instant, timeLimitMinutes: number, heartbeatSeconds: number | null): LeaseClock {
  return running(now, addMinutes(now, timeLimitMinutes), heartbeatSeconds);
}

/** The worker was heard of: silence is counted anew, the time for the task is not. */
export function renewLease(assignment: LeaseClock, now: Instant): LeaseClock {
  if (assignment.dueAt === null) return assignment;
  return running(now, assignment.dueAt, assignment.heartbeatSeconds);
}

/** The worker waits for the poster: no time passes (3-domain, "Task"). */
export function pauseLease(assignment: LeaseClock, now: Instant): LeaseClock {
  const pausedMs = assignment.dueAt === null ? null : Math.max(0, instantToMs(assignment.dueAt) - instantToMs(now));
  return { dueAt: null, leaseExpiresAt: null, heartbeatSeconds: assignment.heartbeatSeconds, pausedMs };
}

/** The poster has answered: the clock goes on with what was left. */
export function resumeLease(assignment: LeaseClock, now: Instant): LeaseClock {
  const dueAt = instantFromMs(instantToMs(now) + (assignment.pausedMs ?? 0));
  return running(now, dueAt, assignment.heartbeatSeconds);
}

/** No clock runs any more. */
export const stoppedLease = { dueAt: null, leaseExpiresAt: null, pausedMs: null } as const;

function running(now: Instant, dueAt: Instant, heartbeatSeconds: number | null): LeaseClock {
  const silentUntil = heartbeatSeconds === null ? dueAt : addMinutes(now, heartbeatSeconds / 60);
  return { dueAt, leaseExpiresAt: silentUntil < dueAt ? silentUntil : dueAt, heartbeatSeconds, pausedMs: null };
}
