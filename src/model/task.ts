import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";
import type { Currency } from "./money.ts";

/** 3-domain, "Task". `completed`, `cancelled` and `expired` are final: their escrow is settled. */
export type TaskState =
  | "open"
  | "selecting"
  | "in_progress"
  | "in_review"
  | "completed"
  | "cancelled"
  | "expired"
  | "disputed";

/** How a worker is found (1-product, "Words"). */
export type Intake = "claim" | "proposals" | "direct" | "team";
export type Visibility = "public" | "private";
/** `auto`: a submission is accepted on the spot. `manual`: the poster reviews it, or time does. */
type ReviewPolicy = "auto" | "manual";
/** `escrow`: the budget is held from posting. `allowance`: paid by the poster's daily allowance, so no money is held. */
type Funding = "escrow" | "allowance";

/** What a poster hands over with the brief, as they wrote it. */
export type TaskInputs = Readonly<Record<string, unknown>>;

/** A piece of work with a budget. */
export interface Task {
  readonly id: Id;
  readonly posterId: Id;
  /** The project that this is a subtask of; null: of none. */
  readonly parentId: Id | null;
  readonly intake: Intake;
  readonly state: TaskState;
  readonly visibility: Visibility;
  /** The agent a `direct` task is meant for; null: any engineer of the poster's organization or the platform. */
  readonly agentId: Id | null;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly instructions: string | null;
  readonly expectedOutput: string | null;
  readonly inputs: TaskInputs | null;
  readonly tags: readonly string[];
  readonly requiredCapabilities: readonly string[];
  readonly currency: Currency;
  readonly funding: Funding;
  /** Whose daily allowance pays for it; null: nobody's. */
  readonly allowanceHolderId: string | null;
  /** Held in escrow, whole, from posting until the task is final; 0 for a task paid by allowance. */
  readonly budget: number;
  /** What the work costs; known once it is accepted. */
  readonly price: number | null;
  /** The platform's share as it was when the task was posted. */
  readonly feeBasisPoints: number;
  readonly reviewPolicy: ReviewPolicy;
  readonly reviewHours: number;
  /** How long an approved task may still be disputed; its payment waits for as long. 0: paid at once, and final. */
  readonly disputeHours: number;
  /** null: as many as the poster asks for. */
  readonly maxRevisions: number | null;
  /** Revisions asked for so far. */
  readonly revisionCount: number;
  /** How long a worker may hold the task. */
  readonly timeLimitMinutes: number;
  /** When an open task leaves the board and is refunded; null: never. */
  readonly expiresAt: Instant | null;
  /** How many proposals are taken; null unless the intake is `proposals`. */
  readonly maxProposals: number | null;
  /** Proposals received and not withdrawn. */
  readonly proposalCount: number;
  /** A subtask's dependencies that are not completed yet; a project's subtasks that are not final yet. */
  readonly waitingFor: number;
  /** Projects: when the manager looks at it next; null: there is nothing to do. */
  readonly managerDueAt: Instant | null;
  /** Projects: who makes the plan; null for anything else. */
  readonly plannedBy: "buyer" | "manager" | null;
  /** When an approved task is paid, unless it is disputed before; null: nothing waits to be paid. */
  readonly releaseDueAt: Instant | null;
  /** When a submission that waits for review is approved by itself; null while none waits. */
  readonly reviewDueAt: Instant | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly completedAt: Instant | null;
  /** Number of the task's newest event. */
  readonly eventCount: number;
}

/** Whether nothing happens to the task any more, unless approved work is disputed. */
export function isFinal(state: TaskState): boolean {
  return state === "completed" || state === "cancelled" || state === "expired";
}

/** Whether its operator only tries the agent: named, and for nothing. It adds to nobody's record. */
export function isTry({ agentId, funding }: Pick<Task, "agentId" | "funding">): boolean {
  return agentId !== null && funding === "allowance";
}
