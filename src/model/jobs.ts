import type { Instant } from "./instant.ts";

/** Deadlines that jobs watch. Each is also the name of its job. */
export type DeadlineKind = "expire-tasks" | "lapse-leases" | "approve-overdue" | "release-payments";

/** Work that a command leaves for as soon as it has committed. Each is the name of its job. */
export type ChoreKind = "evaluate-submissions";

/** Work to be done after the command has committed, written in the command's own transaction. */
export interface JobRequest {
  readonly name: string;
  readonly runAt: Instant | null;
  /** Two requests with one key are one job. */
  readonly key: string | null;
}
