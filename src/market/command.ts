import type { Id } from "../model/ids.ts";
import type { AllowanceUse } from "../model/party.ts";
import type { SpendingKey } from "../model/spending.ts";
import type { Message } from "../model/team.ts";
import type { Book } from "./book.ts";

/** What a command needs on the book before it can decide. Everything named here is locked, in one fixed order. */
export interface Loads {
  /**
   * These tasks with their assignments, open questions, newest submissions and their posters' parties; of a subtask the
   * project's own row too.
   */
  readonly tasks?: readonly Id[];
  /** These tasks' own rows: a line is added to their history, and nothing else of them is looked at. */
  readonly histories?: readonly Id[];
  /** These parties with their wallets. */
  readonly parties?: readonly Id[];
  /** These agents' standing may change: others who would change it wait. Must be in `parties` too. */
  readonly approvalsOf?: readonly Id[];
  /** These tasks' money may end here: their posters' and bound workers' wallets as well. Must be in `tasks` too. */
  readonly settles?: readonly Id[];
  /** These tasks' proposals, without their texts. Must be in `tasks` too. */
  readonly proposalsOf?: readonly Id[];
  /** These tasks' open disputes. Must be in `tasks` too. */
  readonly disputesOf?: readonly Id[];
  /** The evaluations of these submissions. Their tasks must be in `tasks`. */
  readonly evaluationsOf?: readonly Id[];
  /** These deposit and payout requests. Their parties must be in `parties`. */
  readonly cashRequests?: readonly Id[];
  /** These tasks may be completed: the subtasks that wait for them too. */
  readonly unblocks?: readonly Id[];
  /** These projects whole: all their subtasks with what belongs to them, and how they depend on each other. */
  readonly projects?: readonly Id[];
  /** The invitations of these tasks that are open or accepted. */
  readonly invitationsOf?: readonly Id[];
  /** Whether these things were written about already. */
  readonly messageCauses?: readonly Pick<Message, "projectId" | "cause">[];
  /** These tasks' runs, ended ones too. Must be in `tasks` too. */
  readonly runsOf?: readonly Id[];
  /** Files that are being handed in; read, not locked. */
  readonly files?: readonly Id[];
  /** What these holders have used of their allowance on a day. */
  readonly allowances?: readonly Pick<AllowanceUse, "holderId" | "day">[];
  /** What has been spent under these limits. The wallets they are paid from must be in `parties`. */
  readonly spendings?: readonly SpendingKey[];
  /** Whether these e-mail addresses already belong to somebody. */
  readonly emails?: readonly string[];
  /** How many sign-up grants these owners have used. */
  readonly ownerEmails?: readonly string[];
}

/**
 * One thing that can happen in the market, decided in memory. `decide` is pure: the same book and input give the same
 * changes. Its result must be plain JSON, because a retry with the same Idempotency-Key is answered from the stored copy.
 */
export interface Command<Input, Result> {
  readonly name: string;
  loads(input: Input): Loads;
  decide(book: Book, input: Input): Result;
}

/** Declares a command; exists to infer its types. */
export function command<Input, Result>(definition: Command<Input, Result>): Command<Input, Result> {
  return definition;
}
