import { type Account, accountName } from "../model/accounts.ts";
import type { Submission } from "../model/assignment.ts";
import { type Assignment, isLive } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { EventData, EventType, TaskEvent } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { DeadlineKind, JobRequest } from "../model/jobs.ts";
import { type Currency, isAmount } from "../model/money.ts";
import type { Agent, ApiKey, GrantAllotment, Party } from "../model/party.ts";
import type { Task } from "../model/task.ts";
import type { Transfer, TransferKind, Wallet } from "../model/wallet.ts";
import { deadlineJob } from "./deadlines.ts";
import { Journal } from "./journal.ts";
import { Shelf } from "./shelf.ts";

/** What the engine has loaded (and locked) for a batch. */
export interface BookContents {
  readonly tasks: readonly Task[];
  readonly assignments: readonly Assignment[];
  readonly parties: readonly Party[];
  readonly wallets: readonly Wallet[];
  readonly allotments: readonly GrantAllotment[];
}

/** Added to an agent's standing figures; sums, so no lock is needed to write them. */
export interface AgentTally {
  readonly agentId: Id;
  readonly completed: number;
}

/** What a batch did, for the store to write. */
export interface BookChanges {
  readonly newTasks: readonly Task[];
  readonly changedTasks: readonly Task[];
  readonly newAssignments: readonly Assignment[];
  readonly changedAssignments: readonly Assignment[];
  readonly submissions: readonly Submission[];
  readonly parties: readonly Party[];
  readonly agents: readonly Agent[];
  readonly keys: readonly ApiKey[];
  readonly newWallets: readonly Wallet[];
  readonly changedWallets: readonly Wallet[];
  readonly newAllotments: readonly GrantAllotment[];
  readonly changedAllotments: readonly GrantAllotment[];
  readonly transfers: readonly Transfer[];
  readonly events: readonly TaskEvent[];
  readonly tallies: readonly AgentTally[];
  readonly jobs: readonly JobRequest[];
}

export interface BookSetting {
  readonly now: Instant;
  /** Makes ids; injected so that a replay can make the same ones. */
  readonly newId: () => Id;
}

/**
 * The records that a batch of commands works on, in memory. Commands read and change it; the engine writes the changes.
 * It does no input or output, and a refused command leaves no trace in it.
 */
export class Book {
  readonly now: Instant;
  readonly newId: () => Id;
  readonly #journal = new Journal();
  readonly #tasks = new Shelf<Task>(this.#journal);
  readonly #assignments = new Shelf<Assignment>(this.#journal);
  readonly #assignmentsByTask = new Map<Id, Id[]>();
  readonly #parties = new Shelf<Party>(this.#journal);
  readonly #wallets = new Shelf<Wallet>(this.#journal);
  readonly #allotments = new Shelf<GrantAllotment>(this.#journal);
  readonly #agents: Agent[] = [];
  readonly #keys: ApiKey[] = [];
  readonly #submissions: Submission[] = [];
  readonly #transfers: Transfer[] = [];
  readonly #events: TaskEvent[] = [];
  readonly #tallies: AgentTally[] = [];
  readonly #jobs: JobRequest[] = [];
  #command = "";

  constructor(contents: BookContents, setting: BookSetting) {
    this.now = setting.now;
    this.newId = setting.newId;
    for (const task of contents.tasks) this.#tasks.load(task.id, task);
    for (const assignment of contents.assignments) {
      this.#assignments.load(assignment.id, assignment);
      this.#indexAssignment(assignment);
    }
    for (const party of contents.parties) this.#parties.load(party.id, party);
    for (const wallet of contents.wallets) this.#wallets.load(walletKey(wallet.partyId, wallet.currency), wallet);
    for (const allotment of contents.allotments) this.#allotments.load(allotment.ownerEmail, allotment);
  }

  /**
   * Runs one command on the book. If it throws, everything it did is undone and the error goes on up.
   */
  attempt<Result>(command: string, decide: () => Result): Result {
    this.#command = command;
    try {
      const result = decide();
      this.#journal.keep();
      return result;
    } catch (error) {
      this.#journal.undo();
      throw error;
    }
  }

  /** Refuses `task_not_found`. */
  task(id: Id): Task {
    return this.#tasks.get(id) ?? refuse("task_not_found");
  }

  addTask(task: Task): void {
    this.#tasks.add(task.id, task);
  }

  /** A new version of a task; returns it. */
  changeTask(id: Id, change: Partial<Omit<Task, "id">>): Task {
    const task = { ...this.task(id), ...change, updatedAt: this.now };
    this.#tasks.replace(id, task);
    return task;
  }

  /** Every assignment a task has had, oldest first. */
  assignmentsOf(taskId: Id): Assignment[] {
    const assignments: Assignment[] = [];
    for (const id of this.#assignmentsByTask.get(taskId) ?? []) {
      const assignment = this.#assignments.get(id);
      if (assignment !== undefined) assignments.push(assignment);
    }
    return assignments;
  }

  /** The assignments that bind a worker to the task now. */
  liveAssignmentsOf(taskId: Id): Assignment[] {
    return this.assignmentsOf(taskId).filter((assignment) => isLive(assignment.state));
  }

  addAssignment(assignment: Assignment): void {
    this.#assignments.add(assignment.id, assignment);
    this.#indexAssignment(assignment);
    this.#journal.onUndo(() => this.#assignmentsByTask.get(assignment.taskId)?.pop());
  }

  changeAssignment(assignment: Assignment, change: Partial<Omit<Assignment, "id" | "taskId">>): Assignment {
    const changed = { ...assignment, ...change };
    this.#assignments.replace(assignment.id, changed);
    return changed;
  }

  /** Refuses `party_not_found`. */
  party(id: Id): Party {
    return this.#parties.get(id) ?? refuse("party_not_found");
  }

  addParty(party: Party): void {
    this.#parties.add(party.id, party);
  }

  addAgent(agent: Agent): void {
    this.#append(this.#agents, agent);
  }

  addKey(key: ApiKey): void {
    this.#append(this.#keys, key);
  }

  addSubmission(submission: Submission): void {
    this.#append(this.#submissions, submission);
  }

  /** The party's balance; a wallet that was never used holds 0. */
  balance(partyId: Id, currency: Currency): number {
    return this.#wallets.get(walletKey(partyId, currency))?.balance ?? 0;
  }

  allotment(ownerEmail: string): GrantAllotment {
    return this.#allotments.get(ownerEmail) ?? { ownerEmail, used: 0 };
  }

  setAllotment(allotment: GrantAllotment): void {
    if (this.#allotments.get(allotment.ownerEmail) === undefined) {
      this.#allotments.add(allotment.ownerEmail, allotment);
    } else {
      this.#allotments.replace(allotment.ownerEmail, allotment);
    }
  }

  /**
   * The only way money moves. Refuses `funds_insufficient` when a wallet would go below zero.
   * `amount` must be a valid amount: callers skip transfers of nothing.
   */
  transfer(
    kind: TransferKind,
    from: Account,
    to: Account,
    amount: number,
    currency: Currency,
    taskId: Id | null,
  ): void {
    if (!isAmount(amount)) throw new Error(`${amount} is not an amount that can move.`);
    const debitBalance = this.#applyToWallet(from, currency, -amount);
    const creditBalance = this.#applyToWallet(to, currency, amount);
    this.#append(this.#transfers, {
      id: this.newId(),
      kind,
      debit: accountName(from, currency),
      credit: accountName(to, currency),
      amount,
      currency,
      taskId,
      command: this.#command,
      debitBalance,
      creditBalance,
      at: this.now,
    });
  }

  /** Writes the next line of a task's history. */
  record(taskId: Id, type: EventType, actorId: Id | null, data: EventData = {}): void {
    const number = this.task(taskId).eventCount + 1;
    this.changeTask(taskId, { eventCount: number });
    this.#append(this.#events, { taskId, number, type, actorId, data, at: this.now });
  }

  /** Makes sure that a job looks at due deadlines of this kind soon after `dueAt`. */
  watchDeadline(kind: DeadlineKind, dueAt: Instant): void {
    this.#append(this.#jobs, deadlineJob(kind, dueAt));
  }

  tallyCompleted(agentId: Id): void {
    this.#append(this.#tallies, { agentId, completed: 1 });
  }

  changes(): BookChanges {
    return {
      newTasks: this.#tasks.added(),
      changedTasks: this.#tasks.changed(),
      newAssignments: this.#assignments.added(),
      changedAssignments: this.#assignments.changed(),
      submissions: this.#submissions,
      parties: this.#parties.added(),
      agents: this.#agents,
      keys: this.#keys,
      newWallets: this.#wallets.added(),
      changedWallets: this.#wallets.changed(),
      newAllotments: this.#allotments.added(),
      changedAllotments: this.#allotments.changed(),
      transfers: this.#transfers,
      events: this.#events,
      tallies: this.#tallies,
      jobs: this.#jobs,
    };
  }

  #applyToWallet(account: Account, currency: Currency, change: number): number | null {
    if (account.kind !== "wallet") return null;
    const key = walletKey(account.partyId, currency);
    const wallet = this.#wallets.get(key);
    const balance = (wallet?.balance ?? 0) + change;
    if (balance < 0)
      refuse("funds_insufficient", { details: { currency, balance: balance - change, needed: -change } });
    if (!Number.isSafeInteger(balance)) throw new Error(`The balance of ${key} would exceed what a number can hold.`);
    const next = { partyId: account.partyId, currency, balance };
    if (wallet === undefined) this.#wallets.add(key, next);
    else this.#wallets.replace(key, next);
    return balance;
  }

  #indexAssignment(assignment: Assignment): void {
    const ids = this.#assignmentsByTask.get(assignment.taskId);
    if (ids === undefined) this.#assignmentsByTask.set(assignment.taskId, [assignment.id]);
    else ids.push(assignment.id);
  }

  #append<Row>(rows: Row[], row: Row): void {
    rows.push(row);
    this.#journal.onUndo(() => rows.pop());
  }
}

function walletKey(partyId: Id, currency: Currency): string {
  return `${partyId}:${currency}`;
}
