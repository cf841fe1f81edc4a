import { splitPrice } from "../tasks/split-price.ts";

/** What is frozen by a dispute, as the API says it. Amounts are US cents or credits. */
export interface Stake {
  readonly kind: "task" | "project" | "subtask";
  readonly poster_id: string;
  readonly worker_id: string;
  readonly currency: string;
  readonly budget: number;
  readonly price: number;
  readonly fee_basis_points: number;
}

export type Ruling = "pay" | "split" | "refund";

/** One movement of money that a ruling makes. */
export interface Movement {
  readonly to: "worker" | "platform" | "poster" | "project" | "subtask";
  readonly amount: number;
}

/**
 * The transfers that a ruling will make, to the cent: of what the work costs the worker gets its part rounded down, the
 * platform the rest as its fee; what the work does not cost goes back. `amount` is what a split pays for the work. A
 * subtask that is refunded keeps its money for whoever does it next; of a project, whose members are paid already, only
 * the rest is left.
 */
export function movementsOf(stake: Stake, ruling: Ruling, amount: number): readonly Movement[] {
  const { kind, budget, price, fee_basis_points: feeBasisPoints } = stake;
  if (kind === "project") return [{ to: "poster", amount: budget - price }];
  if (ruling === "refund") return [{ to: kind === "subtask" ? "subtask" : "poster", amount: budget }];
  const cost = ruling === "pay" ? price : amount;
  const { net, fee } = splitPrice(cost, feeBasisPoints);
  return [
    { to: "worker", amount: net },
    { to: "platform", amount: fee },
    { to: kind === "subtask" ? "project" : "poster", amount: budget - cost },
  ];
}
