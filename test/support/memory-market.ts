import { Book } from "../../src/market/book.ts";
import { type BookChanges, type BookContents, noTally } from "../../src/market/book-records.ts";
import type { Command, Loads } from "../../src/market/command.ts";
import { type Assignment, hasStake, type Review, type Submission } from "../../src/model/assignment.ts";
import type { CashRequest } from "../../src/model/cash-request.ts";
import type { Dispute } from "../../src/model/dispute.ts";
import type { Evaluation } from "../../src/model/evaluation.ts";
import type { TaskEvent } from "../../src/model/events.ts";
import type { Id } from "../../src/model/ids.ts";
import { type Instant, instantFromMs } from "../../src/model/instant.ts";
import type { JobRequest } from "../../src/model/jobs.ts";
import type { Currency } from "../../src/model/money.ts";
import type {
  Agent,
  AllowanceUse,
  ApiKey,
  ApprovalDecision,
  FileOwner,
  GrantAllotment,
  Party,
} from "../../src/model/party.ts";
import type { Membership, Person } from "../../src/model/person.ts";
import type { Proposal } from "../../src/model/proposal.ts";
import type { Question } from "../../src/model/question.ts";
import type { Run, RunStep } from "../../src/model/run.ts";
import type { Spending, SpendingKey } from "../../src/model/spending.ts";
import type { Task } from "../../src/model/task.ts";
import { type Dependency, dependencyKey, type Invitation, type Message } from "../../src/model/team.ts";
import type { Transfer, Wallet } from "../../src/model/wallet.ts";

/** Ids that count up, in a space of their own; text order is the order they were made in, as with UUIDv7. */
export function countingIds(space = 0): () => Id {
  const prefix = space.toString(16).padStart(8, "0");
  let count = 0;
  return () => `${prefix}-0000-7000-8000-${(++count).toString(16).padStart(12, "0")}`;
}

/** An agent's standing figures. */
export interface Standing {
  readonly completed: number;
  readonly ratingSum: number;
  readonly ratingCount: number;
  readonly rejected: number;
  readonly deadlinesMet: number;
  readonly deadlinesMissed: number;
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
  readonly allowances = new Map<string, AllowanceUse>();
  readonly spendings = new Map<string, Spending>();
  readonly questions = new Map<Id, Question>();
  readonly people = new Map<string, Person>();
  readonly memberships: Membership[] = [];
  /** Uploads are no command: whoever needs a file puts it here. */
  readonly files = new Map<Id, FileOwner>();
  readonly standings = new Map<Id, Standing>();
  readonly proposals = new Map<Id, Proposal>();
  readonly disputes = new Map<Id, Dispute>();
  readonly evaluations = new Map<Id, Evaluation>();
  readonly cashRequests = new Map<Id, CashRequest>();
  readonly runs = new Map<Id, Run>();
  readonly runSteps: RunStep[] = [];
  readonly dependencies = new Map<string, Dependency>();
  readonly invitations = new Map<Id, Invitation>();
  readonly messages: Message[] = [];
  readonly boardCounts = new Map<string, number>();
  readonly approvalDecisions: ApprovalDecision[] = [];
  readonly submissions: Submission[] = [];
  readonly reviews: Review[] = [];
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
  open(named: readonly Loads[]): Book {
    const loads = [...named, this.#wholeProjects(named)];
    const taskIds = new Set(loads.flatMap((each) => each.tasks ?? []));
    const unblocks = new Set(loads.flatMap((each) => each.unblocks ?? []));
    const rowIds = new Set([...taskIds, ...loads.flatMap((each) => each.histories ?? [])]);
    for (const id of taskIds) addDefined(rowIds, this.tasks.get(id)?.parentId ?? undefined);
    for (const { dependsOnId, taskId, removed } of this.dependencies.values()) {
      if (!removed && unblocks.has(dependsOnId)) rowIds.add(taskId);
    }
    const settled = new Set(loads.flatMap((each) => each.settles ?? []));
    const partyIds = new Set(loads.flatMap((each) => each.parties ?? []));
    const ownerEmails = new Set(loads.flatMap((each) => each.ownerEmails ?? []));
    const knownParties = new Set(partyIds);
    for (const id of taskIds) addDefined(knownParties, this.tasks.get(id)?.posterId);
    const walletOwners = new Set(partyIds);
    for (const id of settled) addDefined(walletOwners, this.tasks.get(id)?.posterId);
    for (const assignment of this.assignments.values()) {
      if (!settled.has(assignment.taskId) || !hasStake(assignment.state)) continue;
      walletOwners.add(assignment.workerId);
      knownParties.add(assignment.workerId);
    }
    const allowanceKeys = loads.flatMap((each) => each.allowances ?? []).map(allowanceKey);
    const files = loads.flatMap((each) => each.files ?? []);
    const emails = new Set(loads.flatMap((each) => each.emails ?? []));
    const contents: BookContents = {
      tasks: pick(this.tasks, rowIds),
      ...this.#loadWork(taskIds),
      ...this.#loadCompetition(loads),
      ...this.#loadTeams(loads),
      files: pick(this.files, new Set(files)),
      takenEmails: [...this.people.values()].map(({ email }) => email).filter((email) => emails.has(email)),
      allowances: pick(this.allowances, new Set(allowanceKeys)),
      spendings: pick(this.spendings, new Set(loads.flatMap((each) => each.spendings ?? []).map(spendingKey))),
      parties: pick(this.parties, knownParties),
      wallets: pick(
        this.wallets,
        [...walletOwners].flatMap((id) => [walletKey(id, "usd"), walletKey(id, "credits")]),
      ),
      allotments: pick(this.allotments, ownerEmails),
    };
    return new Book(contents, { now: this.now, newId: this.#newId });
  }

  /** Whole projects name their subtasks too. */
  #wholeProjects(loads: readonly Loads[]): Loads {
    const projects = new Set(loads.flatMap((each) => each.projects ?? []));
    const parts = [...this.tasks.values()].filter(({ parentId }) => parentId !== null && projects.has(parentId));
    const ids = [...projects, ...parts.map(({ id }) => id)];
    return { tasks: ids, settles: ids, invitationsOf: ids };
  }

  #loadTeams(loads: readonly Loads[]): Pick<BookContents, "runs" | "dependencies" | "invitations" | "messageCauses"> {
    const unblocks = new Set(loads.flatMap((each) => each.unblocks ?? []));
    const projects = new Set(loads.flatMap((each) => each.projects ?? []));
    const invitationsOf = new Set(loads.flatMap((each) => each.invitationsOf ?? []));
    const runsOf = new Set(loads.flatMap((each) => each.runsOf ?? []));
    const asked = loads.flatMap((each) => each.messageCauses ?? []);
    return {
      runs: [...this.runs.values()].filter(({ taskId }) => runsOf.has(taskId)),
      dependencies: [...this.dependencies.values()].filter(
        ({ removed, dependsOnId, projectId }) => !removed && (unblocks.has(dependsOnId) || projects.has(projectId)),
      ),
      invitations: [...this.invitations.values()].filter(
        ({ taskId, state }) => invitationsOf.has(taskId) && (state === "invited" || state === "accepted"),
      ),
      messageCauses: asked.filter(({ projectId, cause }) =>
        this.messages.some((message) => message.projectId === projectId && message.cause === cause),
      ),
    };
  }

  #loadCompetition(
    loads: readonly Loads[],
  ): Pick<BookContents, "proposals" | "disputes" | "evaluations" | "cashRequests"> {
    const proposalsOf = new Set(loads.flatMap((each) => each.proposalsOf ?? []));
    const disputesOf = new Set(loads.flatMap((each) => each.disputesOf ?? []));
    const evaluationsOf = new Set(loads.flatMap((each) => each.evaluationsOf ?? []));
    const cashIds = new Set(loads.flatMap((each) => each.cashRequests ?? []));
    return {
      proposals: [...this.proposals.values()]
        .filter(({ taskId }) => proposalsOf.has(taskId))
        .map(({ id, taskId, workerId, state, amount, decidedAt }) => ({
          id,
          taskId,
          workerId,
          state,
          amount,
          decidedAt,
        })),
      disputes: [...this.disputes.values()].filter(({ taskId, ruledAt }) => ruledAt === null && disputesOf.has(taskId)),
      evaluations: pick(this.evaluations, evaluationsOf),
      cashRequests: pick(this.cashRequests, cashIds),
    };
  }

  /** The tasks' assignments, the questions that wait for an answer, the newest submission of each one under review. */
  #loadWork(taskIds: ReadonlySet<Id>): Pick<BookContents, "assignments" | "questions" | "submissions"> {
    const assignments = [...this.assignments.values()].filter(({ taskId }) => taskIds.has(taskId));
    const underReview = new Set(assignments.filter(({ state }) => state === "submitted").map(({ id }) => id));
    const newest = new Map<Id, Pick<Submission, "id" | "assignmentId">>();
    for (const { id, assignmentId } of this.submissions) {
      if (underReview.has(assignmentId)) newest.set(assignmentId, { id, assignmentId });
    }
    const questions = [...this.questions.values()].filter(
      ({ taskId, answeredAt }) => answeredAt === null && taskIds.has(taskId),
    );
    return { assignments, questions, submissions: [...newest.values()] };
  }

  /** Keeps what a book's commands did, as `store/book/save-book.ts` would write it. */
  keep(changes: BookChanges): void {
    for (const task of [...changes.newTasks, ...changes.changedTasks]) this.tasks.set(task.id, task);
    for (const each of [...changes.newAssignments, ...changes.changedAssignments]) this.assignments.set(each.id, each);
    for (const party of [...changes.parties, ...changes.changedParties]) this.parties.set(party.id, party);
    for (const agent of changes.agents) this.agents.set(agent.id, agent);
    for (const key of changes.keys) this.keys.set(key.id, key);
    for (const each of [...changes.newAllotments, ...changes.changedAllotments]) {
      this.allotments.set(each.ownerEmail, each);
    }
    for (const wallet of [...changes.newWallets, ...changes.changedWallets]) {
      this.wallets.set(walletKey(wallet.partyId, wallet.currency), wallet);
    }
    for (const spending of [...changes.newSpendings, ...changes.changedSpendings]) {
      this.spendings.set(spendingKey(spending), spending);
    }
    for (const use of [...changes.newAllowances, ...changes.changedAllowances]) {
      this.allowances.set(allowanceKey(use), use);
    }
    for (const question of [...changes.newQuestions, ...changes.changedQuestions]) {
      this.questions.set(question.id, question);
    }
    for (const person of changes.people) this.people.set(person.id, person);
    for (const { agentId, ...added } of changes.tallies) {
      // An organization that works itself has no standing figures.
      if (!this.agents.has(agentId)) continue;
      const before = this.standings.get(agentId) ?? noTally;
      this.standings.set(agentId, {
        completed: before.completed + added.completed,
        ratingSum: before.ratingSum + added.ratingSum,
        ratingCount: before.ratingCount + added.ratingCount,
        rejected: before.rejected + added.rejected,
        deadlinesMet: before.deadlinesMet + added.deadlinesMet,
        deadlinesMissed: before.deadlinesMissed + added.deadlinesMissed,
      });
    }
    this.#keepCompetition(changes);
    for (const each of [...changes.newDependencies, ...changes.changedDependencies]) {
      this.dependencies.set(dependencyKey(each), each);
    }
    for (const each of [...changes.newInvitations, ...changes.changedInvitations]) this.invitations.set(each.id, each);
    for (const run of [...changes.newRuns, ...changes.changedRuns]) this.runs.set(run.id, run);
    this.runSteps.push(...changes.runSteps);
    this.messages.push(...changes.messages);
    this.memberships.push(...changes.memberships);
    this.submissions.push(...changes.submissions);
    this.reviews.push(...changes.reviews);
    this.transfers.push(...changes.transfers);
    this.events.push(...changes.events);
    this.jobs.push(...changes.jobs);
  }

  #keepCompetition(changes: BookChanges): void {
    for (const proposal of changes.newProposals) this.proposals.set(proposal.id, proposal);
    for (const standing of changes.changedProposals) {
      const before = this.proposals.get(standing.id);
      if (before !== undefined) this.proposals.set(standing.id, { ...before, ...standing });
    }
    for (const each of [...changes.newDisputes, ...changes.changedDisputes]) this.disputes.set(each.id, each);
    for (const each of [...changes.newEvaluations, ...changes.changedEvaluations]) {
      this.evaluations.set(each.submissionId, each);
    }
    for (const each of [...changes.newCashRequests, ...changes.changedCashRequests]) {
      this.cashRequests.set(each.id, each);
    }
    for (const { category, added } of changes.boardCounts) {
      this.boardCounts.set(category, (this.boardCounts.get(category) ?? 0) + added);
    }
    this.approvalDecisions.push(...changes.approvalDecisions);
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

function spendingKey({ subjectId, currency, day }: SpendingKey): string {
  return `${subjectId}:${currency}:${day}`;
}

function allowanceKey({ holderId, day }: Pick<AllowanceUse, "holderId" | "day">): string {
  return `${holderId} ${day}`;
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
