import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** 3-domain, "Task". */
type ProposalState = "submitted" | "shortlisted" | "declined" | "withdrawn";

/** A worker's offer on a `proposals` task. One worker makes at most one on a task. */
export interface Proposal {
  readonly id: Id;
  readonly taskId: Id;
  readonly workerId: Id;
  readonly state: ProposalState;
  readonly plan: string;
  readonly sampleOutput: string | null;
  /** 0 to 1: how sure the worker is. */
  readonly confidence: number;
  /** What the worker asks for, in the task's currency; the price if this proposal wins. */
  readonly amount: number;
  readonly estimatedHours: number;
  readonly createdAt: Instant;
  readonly decidedAt: Instant | null;
}

/** A proposal without its texts: what rules decide by. */
export type ProposalStanding = Pick<Proposal, "id" | "taskId" | "workerId" | "state" | "amount" | "decidedAt">;
