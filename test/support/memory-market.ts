import { Book, type BookChanges } from "../../src/market/book.ts";
import type { Command, Loads } from "../../src/market/command.ts";
import { type Assignment, isLive, type Submission } from "../../src/model/assignment.ts";
import type { TaskEvent } from "../../src/model/events.ts";
import type { Id } from "../../src/model/ids.ts";
import { type Instant, instantFromMs } from "../../src/model/instant.ts";
import type { JobRequest } from "../../src/model/jobs.ts";
import type { Currency } from "../../src/model/money.ts";
import type { Agent, ApiKey, GrantAllotment, Party } from "../../src/model/party.ts";
import type { Task } from "../../src/model/task.ts";
import type { Transfer, Wallet } from "../../src/model/wallet.ts";

/** Ids that count up, in a space of their own; text order is the order they were made in, as with UUIDv7. */
export function countingIds(space = 0): () => Id {
  const prefix = space.toString(16).padStart(8, "0");
  let count = 0;
  return () => `${prefix}-0000-7000-8000-${(++count).toString(16).padStart(12, "0")}`;
}

export interface MemoryMarketOptions {
  /** Which space of ids this market counts in. */
  readonly space?: number;
  readonly startMs?: number;
}

/**
 * The market without a database: what the store would keep, kept in maps. For each command it puts on the book what the
 * store would load for it, and nothing else.
 */
export class MemoryMarket {
  readonly tasks = new Map<Id, Task>();
  readonly assignments = new Map<Id, Assignment>();
  readonly parties = new Map<Id, Party>();
  readonly agents = new Map<Id, Agent>();
  readonly keys = new Map<Id, ApiKey>();
  readonly allotments = new Map<string, GrantAllotment>();
  readonly wallets = new Map<string, Wallet>();
  readonly completedCounts = new Map<Id, number>();
  readonly submissions: Submission[] = [];
  readonly transfers: Transfer[] = [];
  readonly events: TaskEvent[] = [];
  readonly jobs: JobRequest[] = [];
  readonly #newId: () => Id;
  #nowMs: number;

  constructor(options: MemoryMarketOptions = {}) {
    this.#newId = countingIds(options.space);
    this.#nowMs = options.startMs ?? Date.parse("2026-01-01T00:00:00Z");
  }

  get now(): Instant {
    return instantFromMs(this.#nowMs);
  }

  advanceMs(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  advanceMinutes(minutes: number): void {
    this.advanceMs(minutes * 60_000);
  }

  /** Executes one command; a refusal is thrown and nothing is kept. */
  execute<Input, Result>(command: Command<Input, Result>, input: Input): Result {
    const book = this.open([command.loads(input)]);
    const result = book.attempt(command.name, () => command.decide(book, input));
    this.keep(book.changes());
    return result;
  }

  /** A book with what these loads name, as `store/book/load-book.ts` would load it. */
  open(loads: readonly Loads[]): Book {
    const taskIds = new Set(loads.flatMap((each) => each.tasks ?? []));
    const settled = new Set(loads.flatMap((each) => each.settles ?? []));
    const partyIds = new Set(loads.flatMap((each) => each.parties ?? []));
    const ownerEmails = new Set(loads.flatMap((each) => each.ownerEmails ?? []));
    const knownParties = new Set(partyIds);
    for (const id of taskIds) addDefined(knownParties, this.tasks.get(id)?.posterId);
    const walletOwners = new Set(partyIds);
    for (const id of settled) addDefined(walletOwners, this.tasks.get(id)?.posterId);
    const assignments: Assignment[] = [];
    for (const assignment of this.assignments.values()) {
      if (taskIds.has(assignment.taskId)) assignments.push(assignment);
      if (settled.has(assignment.taskId) && isLive(assignment.state)) walletOwners.add(assignment.workerId);
    }
    const contents = {
      tasks: pick(this.tasks, taskIds),
      assignments,
      parties: pick(this.parties, knownParties),
      wallets: pick(
        this.wallets,
        [...walletOwners].flatMap((id) => [walletKey(id, "usd"), walletKey(id, "credits")]),
      ),
      allotments: pick(this.allotments, ownerEmails),
    };
    return new Book(contents, { now: this.now, newId: this.#newId });
  }

  /** Keeps what a book's commands did, as `store/book/save-book.ts` would write it. */
  keep(changes: BookChanges): void {
    for (const task of [...changes.newTasks, ...changes.changedTasks]) this.tasks.set(task.id, task);
    for (const each of [...changes.newAssignments, ...changes.changedAssignments]) this.assignments.set(each.id, each);
    for (const party of changes.parties) this.parties.set(party.id, party);
    for (const agent of changes.agents) this.agents.set(agent.id, agent);
    for (const key of changes.keys) this.keys.set(key.id, key);
    for (const each of [...changes.newAllotments, ...changes.changedAllotments]) {
      this.allotments.set(each.ownerEmail, each);
    }
    for (const wallet of [...changes.newWallets, ...changes.changedWallets]) {
      this.wallets.set(walletKey(wallet.partyId, wallet.currency), wallet);
    }
    for (const { agentId, completed } of changes.tallies) {
      // An organization that works itself has no standing figures.
      if (!this.agents.has(agentId)) continue;
      this.completedCounts.set(agentId, (this.completedCounts.get(agentId) ?? 0) + completed);
    }
    this.submissions.push(...changes.submissions);
    this.transfers.push(...changes.transfers);
    this.events.push(...changes.events);
    this.jobs.push(...changes.jobs);
  }

  balance(partyId: Id, currency: Currency = "credits"): number {
    return this.wallets.get(walletKey(partyId, currency))?.balance ?? 0;
  }

  /** What the transfers say a ledger account holds. */
  account(name: string): number {
    let balance = 0;
    for (const { debit, credit, amount } of this.transfers) {
      if (credit === name) balance += amount;
      if (debit === name) balance -= amount;
    }
    return balance;
  }

  eventsOf(taskId: Id): TaskEvent[] {
    return this.events.filter((event) => event.taskId === taskId);
  }
}

function walletKey(partyId: Id, currency: Currency): string {
  return `${partyId}:${currency}`;
}

function addDefined<Value>(set: Set<Value>, value: Value | undefined): void {
  if (value !== undefined) set.add(value);
}

function pick<Row>(rows: ReadonlyMap<string, Row>, keys: Iterable<string>): Row[] {
  const found: Row[] = [];
  for (const key of keys) {
    const row = rows.get(key);
    if (row !== undefined) found.push(row);
  }
  return found;
}
