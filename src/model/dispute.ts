import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** `pay`: the worker gets the price. `refund`: the poster gets the budget back. `split`: a part of the price is paid. */
export type Ruling = "pay" | "refund" | "split";

/** Poster and worker disagree about a submission; the escrow is frozen until an admin rules. */
export interface Dispute {
  readonly id: Id;
  readonly taskId: Id;
  /** Whose work it is about. */
  readonly assignmentId: Id;
  readonly openedById: Id;
  readonly reason: string;
  /** What the other side says; null until it does. */
  readonly response: string | null;
  /** null while nobody has ruled. */
  readonly ruling: Ruling | null;
  /** What the work costs by the ruling, fee included; 0 after a refund. */
  readonly ruledAmount: number | null;
  readonly ruledById: Id | null;
  /** The admin's reasons, for both sides. */
  readonly rulingNote: string | null;
  readonly createdAt: Instant;
  readonly ruledAt: Instant | null;
}
