import type { Assignment, AssignmentState } from "../../src/model/assignment.ts";
import { isLive, isWorking } from "../../src/model/assignment.ts";
import type { Id } from "../../src/model/ids.ts";
import { instantToMs } from "../../src/model/instant.ts";
import { isAmount } from "../../src/model/money.ts";
import type { Task, TaskState } from "../../src/model/task.ts";
import type { MemoryMarket } from "../support/memory-market.ts";
import { checkCompetition } from "./competing-invariants.ts";
import { promise } from "./promise.ts";
import { checkRuns } from "./running-invariants.ts";
import { checkWork } from "./work-invariants.ts";

/** One command may take a task through several states of 3-domain, "Task", at once; this is where it may arrive. */
const taskMoves: Readonly<Record<TaskState, readonly TaskState[]>> = {
  open: ["selecting", "in_progress", "cancelled", "expired"],
  selecting: ["open", "in_progress", "cancelled", "expired"],
  // Back on the board when the lease lapsed, and from there expired; through review to the end when that is automatic.
  in_progress: ["open", "selecting", "expired", "in_review", "completed"],
  // Sent back; or rejected for good, and from there back on the board or over.
  in_review: ["completed", "in_progress", "open", "selecting", "cancelled", "expired", "disputed"],
  completed: [],
  cancelled: [],
  expired: [],
  disputed: ["completed", "cancelled"],
};
/** Work on an allowance may be cancelled from under its worker; a task meant for one agent ends when its run fails. */
const earlyMoves: readonly [TaskState, TaskState][] = [["in_progress", "cancelled"]];

/** What was seen of a task. */
type SeenTask = Pick<Task, "state" | "releaseDueAt">;

function mayMove({ state: from, releaseDueAt }: SeenTask, { state: to, funding, intake }: Task): boolean {
  if (to === "selecting" && intake !== "proposals") return false;
  if (from === to || taskMoves[from].includes(to)) return true;
  // Approved work, as long as its payment waits.
  if (from === "completed" && to === "disputed") return releaseDueAt !== null;
  const mayEndEarly = funding === "allowance" || intake === "direct";
  return mayEndEarly && earlyMoves.some((move) => move[0] === from && move[1] === to);
}

const assignmentMoves: Readonly<Record<AssignmentState, readonly AssignmentState[]>> = {
  active: ["submitted", "accepted", "lapsed", "released"],
  // Released where a task on an allowance is cancelled.
  submitted: ["accepted", "revision", "rejected", "released"],
  // Refunded after a dispute.
  accepted: ["rejected"],
  revision: ["active", "submitted", "lapsed", "released"],
  rejected: [],
  lapsed: [],
  released: [],
};

const finalStates: ReadonlySet<TaskState> = new Set(["completed", "cancelled", "expired"]);

/**
 * Watches a market from command to command and throws at the first broken promise of 3-domain, "Always true". It keeps a
 * ledger of its own from the transfers alone, and remembers the states it saw, so it believes nothing the market says.
 */
export class Watcher {
  readonly #market: MemoryMarket;
  readonly #accounts = new Map<string, number>();
  readonly #sums = new Map<string, number>();
  readonly #tasksSeen = new Map<Id, SeenTask>();
  readonly #assignmentStates = new Map<Id, AssignmentState>();
  readonly #clocks = new Map<Id, Pick<Assignment, "dueAt" | "pausedMs">>();
  readonly #eventCounts = new Map<Id, number>();
  #transfersSeen = 0;
  #eventsSeen = 0;

  constructor(market: MemoryMarket) {
    this.#market = market;
  }

  /** Everything the market holds, as one number that a refused command must not change. */
  get rowsWritten(): string {
    const { transfers, events, submissions, reviews, memberships, jobs, keys, people, questions } = this.#market;
    const { approvalDecisions, proposals, disputes, evaluations, cashRequests } = this.#market;
    const lists = [transfers, events, submissions, reviews, memberships, jobs, approvalDecisions];
    const maps = [keys, people, questions, proposals, disputes, evaluations, cashRequests];
    return [...lists.map((rows) => rows.length), ...maps.map((rows) => rows.size)].join();
  }

  check(): void {
    this.#followTransfers();
    this.#followEvents();
    this.#checkWallets();
    this.#checkTasks();
    checkWork(this.#market);
    checkRuns(this.#market);
    checkCompetition(this.#market);
  }

  #followTransfers(): void {
    const { transfers } = this.#market;
    for (; this.#transfersSeen < transfers.length; this.#transfersSeen++) {
      const transfer = transfers[this.#transfersSeen];
      if (transfer === undefined) break;
      const { debit, credit, amount, currency } = transfer;
      promise(isAmount(amount), () => `transfer of ${amount}`);
      promise(debit !== credit, () => `transfer from ${debit} to itself`);
      this.#move(debit, currency, -amount);
      this.#move(credit, currency, amount);
    }
    for (const [currency, sum] of this.#sums) promise(sum === 0, () => `the accounts in ${currency} sum to ${sum}`);
  }

  #move(account: string, currency: string, amount: number): void {
    const key = `${account} ${currency}`;
    this.#accounts.set(key, (this.#accounts.get(key) ?? 0) + amount);
    this.#sums.set(currency, (this.#sums.get(currency) ?? 0) + amount);
  }

  #followEvents(): void {
    const { events } = this.#market;
    for (; this.#eventsSeen < events.length; this.#eventsSeen++) {
      const event = events[this.#eventsSeen];
      if (event === undefined) break;
      const expected = (this.#eventCounts.get(event.taskId) ?? 0) + 1;
      promise(event.number === expected, () => `event ${event.number} of ${event.taskId} should be ${expected}`);
      this.#eventCounts.set(event.taskId, expected);
    }
  }

  #checkWallets(): void {
    let counted = 0;
    for (const { partyId, currency, balance } of this.#market.wallets.values()) {
      const moved = this.#accounts.get(`party:${partyId}:${currency} ${currency}`) ?? 0;
      promise(balance >= 0, () => `wallet ${partyId} ${currency} holds ${balance}`);
      promise(balance === moved, () => `wallet ${partyId} ${currency} holds ${balance}, its transfers say ${moved}`);
      counted++;
    }
    let named = 0;
    for (const account of this.#accounts.keys()) if (account.startsWith("party:")) named++;
    promise(named === counted, () => `${named} wallets have transfers, ${counted} have rows`);
  }

  /** Time neither comes nor goes when a clock is stopped and when it goes on. */
  #checkPause({ id, state, dueAt, pausedMs }: Assignment): void {
    const before = this.#clocks.get(id);
    this.#clocks.set(id, { dueAt, pausedMs });
    if (before === undefined || !isWorking(state)) return;
    const nowMs = instantToMs(this.#market.now);
    if (before.dueAt !== null && pausedMs !== null) {
      const leftMs = instantToMs(before.dueAt) - nowMs;
      promise(pausedMs === leftMs, () => `${id} was stopped with ${leftMs} ms left and keeps ${pausedMs}`);
    }
    if (before.pausedMs !== null && dueAt !== null) {
      const leftMs = instantToMs(dueAt) - nowMs;
      promise(leftMs === before.pausedMs, () => `${id} goes on with ${leftMs} ms of ${before.pausedMs}`);
    }
  }

  #checkTasks(): void {
    const bound = new Map<Id, number>();
    const accepted = new Map<Id, number>();
    const working = new Map<Id, number>();
    for (const assignment of this.#market.assignments.values()) this.#checkPause(assignment);
    for (const { id, taskId, state } of this.#market.assignments.values()) {
      if (isLive(state)) bound.set(taskId, (bound.get(taskId) ?? 0) + 1);
      if (isWorking(state)) working.set(taskId, (working.get(taskId) ?? 0) + 1);
      if (state === "accepted") accepted.set(taskId, (accepted.get(taskId) ?? 0) + 1);
      const before = this.#assignmentStates.get(id) ?? "active";
      const allowed = before === state || assignmentMoves[before].includes(state);
      promise(allowed, () => `assignment ${id} went from ${before} to ${state}`);
      this.#assignmentStates.set(id, state);
    }
    for (const task of this.#market.tasks.values()) {
      const { id, state, budget, currency, eventCount, releaseDueAt } = task;
      const before = this.#tasksSeen.get(id) ?? { state: "open", releaseDueAt: null };
      promise(mayMove(before, task), () => `task ${id} went from ${before.state} to ${state}`);
      this.#tasksSeen.set(id, { state, releaseDueAt });
      promise(releaseDueAt === null || state === "completed", () => `${state} task is to be paid at ${releaseDueAt}`);
      const held = this.#accounts.get(`escrow:${id} ${currency}`) ?? 0;
      const isSettled = finalStates.has(state) && releaseDueAt === null;
      promise(held === (isSettled ? 0 : budget), () => `${state} task ${id} of ${budget} has ${held} in escrow`);
      const winners = accepted.get(id) ?? 0;
      const mayWin = state === "disputed" ? [0, 1] : [Number(state === "completed")];
      promise(mayWin.includes(winners), () => `${state} task ${id} has ${winners} winners`);
      checkBound(task, bound.get(id) ?? 0, winners);
      const owed = working.get(id) ?? 0;
      promise((state === "in_progress") === owed > 0, () => `${state} task ${id} is worked on by ${owed}`);
      const recorded = this.#eventCounts.get(id) ?? 0;
      promise(eventCount === recorded, () => `task ${id} counts ${eventCount} events, there are ${recorded}`);
    }
  }
}

/** Somebody is bound to the task exactly while it is in work or under review, and one only unless it is competed for. */
function checkBound({ id, state, intake }: Task, bound: number, winners: number): void {
  const isUndecided = state === "in_progress" || state === "in_review" || (state === "disputed" && winners === 0);
  const isRight = isUndecided ? bound === 1 || (intake === "proposals" && bound > 1) : bound === 0;
  promise(isRight, () => `${state} task ${id} has ${bound} workers`);
}
