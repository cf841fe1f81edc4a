import { type Account, accountName } from "../model/accounts.ts";
import { type Assignment, isLive, type Review, type Submission } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { EventData, EventType, TaskEvent } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { DeadlineKind, JobRequest } from "../model/jobs.ts";
import { type Currency, isAmount } from "../model/money.ts";
import type { Agent, AllowanceUse, ApiKey, FileOwner, GrantAllotment, Party } from "../model/party.ts";
import type { Membership, Person } from "../model/person.ts";
import type { Question } from "../model/question.ts";
import type { Task } from "../model/task.ts";
import type { Transfer, TransferKind, Wallet } from "../model/wallet.ts";
import type { AgentTally, BookChanges, BookContents, BookSetting } from "./book-records.ts";
import { deadlineJob } from "./deadlines.ts";
import { Journal } from "./journal.ts";
import { Shelf } from "./shelf.ts";

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
  readonly #allowances = new Shelf<AllowanceUse>(this.#journal);
  readonly #questions = new Shelf<Question>(this.#journal);
  readonly #agents: Agent[] = [];
  readonly #newestSubmission = new Map<Id, Pick<Submission, "id" | "assignmentId">>();
  readonly #files = new Map<Id, FileOwner>();
  readonly #takenEmails: ReadonlySet<string>;
  readonly #people = new Shelf<Person>(this.#journal);
  readonly #memberships: Membership[] = [];
  readonly #reviews: Review[] = [];
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
    for (const use of contents.allowances) this.#allowances.load(allowanceKey(use.holderId, use.day), use);
    for (const question of contents.questions) this.#questions.load(question.id, question);
    for (const submission of contents.submissions) this.#newestSubmission.set(submission.assignmentId, submission);
    for (const file of contents.files) this.#files.set(file.id, file);
    this.#takenEmails = new Set(contents.takenEmails);
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

  /** Refuses `file_not_found`, also for a file of another party. */
  fileOf(id: Id, ownerId: Id): FileOwner {
    const file = this.#files.get(id);
    return file !== undefined && file.ownerId === ownerId ? file : refuse("file_not_found");
  }

  /** Refuses `email_taken`. */
  addPerson(person: Person): void {
    const { email } = person;
    if (this.#takenEmails.has(email) || this.#people.get(email) !== undefined) refuse("email_taken");
    this.#people.add(email, person);
  }

  addMembership(membership: Membership): void {
    this.#append(this.#memberships, membership);
  }

  addKey(key: ApiKey): void {
    this.#append(this.#keys, key);
  }

  addSubmission(submission: Submission): void {
    this.#append(this.#submissions, submission);
    const before = this.#newestSubmission.get(submission.assignmentId);
    this.#newestSubmission.set(submission.assignmentId, submission);
    this.#journal.onUndo(() => {
      if (before === undefined) this.#newestSubmission.delete(submission.assignmentId);
      else this.#newestSubmission.set(submission.assignmentId, before);
    });
  }

  newestSubmissionOf(assignmentId: Id): Pick<Submission, "id"> | undefined {
    return this.#newestSubmission.get(assignmentId);
  }

  addReview(review: Review): void {
    this.#append(this.#reviews, review);
  }

  addQuestion(question: Question): void {
    this.#questions.add(question.id, question);
  }

  /** A question that waits for an answer, or one answered in this batch. */
  question(id: Id): Question | undefined {
    return this.#questions.get(id);
  }

  changeQuestion(question: Question, change: Partial<Omit<Question, "id">>): Question {
    const changed = { ...question, ...change };
    this.#questions.replace(question.id, changed);
    return changed;
  }

  /** Credits of its allowance that a holder has used on a day (YYYY-MM-DD). */
  allowanceUsed(holderId: string, day: string): number {
    return this.#allowances.get(allowanceKey(holderId, day))?.used ?? 0;
  }

  setAllowanceUsed(use: AllowanceUse): void {
    const key = allowanceKey(use.holderId, use.day);
    if (this.#allowances.get(key) === undefined) this.#allowances.add(key, use);
    else this.#allowances.replace(key, use);
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

  tallyCompleted(agentId: Id, rating: number | null): void {
    const rated = rating === null ? { ratingSum: 0, ratingCount: 0 } : { ratingSum: rating, ratingCount: 1 };
    this.#append(this.#tallies, { agentId, completed: 1, ...rated });
  }

  changes(): BookChanges {
    return {
      newTasks: this.#tasks.added(),
      changedTasks: this.#tasks.changed(),
      newAssignments: this.#assignments.added(),
      changedAssignments: this.#assignments.changed(),
      submissions: this.#submissions,
      reviews: this.#reviews,
      newQuestions: this.#questions.added(),
      changedQuestions: this.#questions.changed(),
      parties: this.#parties.added(),
      agents: this.#agents,
      people: this.#people.added(),
      memberships: this.#memberships,
      keys: this.#keys,
      newWallets: this.#wallets.added(),
      changedWallets: this.#wallets.changed(),
      newAllotments: this.#allotments.added(),
      changedAllotments: this.#allotments.changed(),
      newAllowances: this.#allowances.added(),
      changedAllowances: this.#allowances.changed(),
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

function allowanceKey(holderId: string, day: string): string {
  return `${holderId}:${day}`;
}

function walletKey(partyId: Id, currency: Currency): string {
  return `${partyId}:${currency}`;
}
