import { escrow, wallet } from "../model/accounts.ts";
import { refuse } from "../model/errors.ts";
import { addHours, dayEnd, type Instant } from "../model/instant.ts";
import type { Spender } from "../model/spending.ts";
import type { Task, TaskInputs } from "../model/task.ts";
import { refuseBarred, refusePaused } from "./approvals.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { countSpending, spendingsOf } from "./spending-limits.ts";

/** What the poster decides about a task; `budget` is 0 with an allowance. */
type TaskTerms = Pick<
  Task,
  | "posterId"
  | "intake"
  | "visibility"
  | "agentId"
  | "title"
  | "description"
  | "category"
  | "instructions"
  | "expectedOutput"
  | "tags"
  | "requiredCapabilities"
  | "currency"
  | "budget"
  | "feeBasisPoints"
  | "reviewPolicy"
  | "reviewHours"
  | "maxRevisions"
  | "timeLimitMinutes"
>;

/** Of a task that is a title and a text, as most dialects know no more. */
export const plainBrief = {
  category: "general",
  instructions: null,
  expectedOutput: null,
  tags: [],
  requiredCapabilities: [],
} as const;

export interface PostTask extends TaskTerms {
  /** Pays instead of a budget. */
  readonly allowance: AllowanceCharge | null;
  /** Whose spending the budget counts as, where that is limited. */
  readonly spender: Spender | null;
  /** How long the task stays on the board; null: until somebody ends it. */
  readonly expiresInHours: number | null;
  /** The moment at which it leaves the board, instead of a number of hours. */
  readonly expiresAt?: Instant | null;
  readonly inputs?: TaskInputs | null;
  /** How many proposals are taken; null unless the intake is `proposals`. */
  readonly maxProposals?: number | null;
  /** How long approved work may be disputed; 0 unless said. */
  readonly disputeHours?: number;
  readonly plannedBy?: Task["plannedBy"];
  /** What the poster should know from the start, for instance that nobody is there yet; the second line of history. */
  readonly notice?: string;
}

/** What a task takes from somebody's free credits of a day. */
interface AllowanceCharge {
  /** The user, or for a key that belongs to no user its party. */
  readonly holderId: string;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly credits: number;
  readonly dailyLimit: number;
}

/** A task as its poster sees it right after a command, with the poster's balance in the task's currency. */
export interface PostedTask {
  readonly task: Task;
  readonly balance: number;
}

/**
 * Puts work on the board and its whole budget into escrow, or takes its cost from a daily allowance. Refuses
 * `party_not_found`, `agent_paused` and `agent_not_approved` where it names an agent that rests or may do nothing,
 * `funds_insufficient`, `spending_limit_reached`, `allowance_used_up`, `deadline_passed`.
 */
export const postTask: Command<PostTask, PostedTask> = command({
  name: "post_task",
  loads: ({ posterId, agentId, allowance, spender, currency }) => ({
    parties: agentId === null ? [posterId] : [posterId, agentId],
    allowances: allowance === null ? [] : [allowance],
    spendings: spendingsOf(spender, currency),
  }),
  decide(book, { expiresInHours, allowance, spender, notice, ...input }) {
    const poster = book.party(input.posterId);
    refuseBarred(poster);
    // A try is its operator's own: to see how the agent runs before it works again.
    if (input.agentId !== null && allowance === null) {
      const agent = book.party(input.agentId);
      refuseBarred(agent);
      refusePaused(agent);
    }
    const id = book.newId();
    const boardEnd = expiresInHours === null ? null : addHours(book.now, expiresInHours);
    const expiresAt = input.expiresAt ?? boardEnd;
    if (expiresAt !== null && expiresAt <= book.now) refuse("deadline_passed");
    book.addTask({
      id,
      inputs: null,
      maxProposals: null,
      disputeHours: 0,
      plannedBy: null,
      ...input,
      parentId: null,
      waitingFor: 0,
      managerDueAt: null,
      funding: allowance === null ? "escrow" : "allowance",
      allowanceHolderId: allowance?.holderId ?? null,
      revisionCount: 0,
      state: "open",
      price: null,
      proposalCount: 0,
      releaseDueAt: null,
      expiresAt,
      reviewDueAt: null,
      createdAt: book.now,
      updatedAt: book.now,
      completedAt: null,
      eventCount: 0,
    });
    if (allowance === null) {
      countSpending(book, spender, input.budget, input.currency);
      book.transfer("hold", wallet(poster.id), escrow(id), input.budget, input.currency, id);
    } else useAllowance(book, allowance);
    book.record(id, "task.posted", poster.id, { budget: input.budget, currency: input.currency });
    if (notice !== undefined) book.record(id, "progress.logged", null, { content: notice });
    if (expiresAt !== null) book.watchDeadline("expire-tasks", expiresAt);
    if (input.intake === "direct") book.leave("dispatch-runs");
    return { task: book.task(id), balance: book.balance(poster.id, input.currency) };
  },
});

function useAllowance(book: Book, { holderId, day, credits, dailyLimit }: AllowanceCharge): void {
  const used = book.daily.allowanceUsed(holderId, day) + credits;
  if (used > dailyLimit) {
    const resetsAt = dayEnd(day);
    refuse("allowance_used_up", {
      message: `Today's free credits are used up. There are ${dailyLimit} new ones at ${resetsAt}.`,
      details: { dailyLimit, resetsAt },
    });
  }
  book.daily.setAllowanceUsed({ holderId, day, used });
}
