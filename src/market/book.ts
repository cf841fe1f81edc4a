import type { Account } from "../model/accounts.ts";
import { type Assignment, isLive, type Review, type Submission } from "../model/assignment.ts";
import type { CashRequest } from "../model/cash-request.ts";
import type { Dispute } from "../model/dispute.ts";
import { refuse } from "../model/errors.ts";
import type { Evaluation } from "../model/evaluation.ts";
import type { EventData, EventType, TaskEvent } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { ChoreKind, DeadlineKind, JobRequest } from "../model/jobs.ts";
import type { Currency } from "../model/money.ts";
import type { Agent, ApiKey, Approval, ApprovalDecision, FileOwner, GrantAllotment, Party } from "../model/party.ts";
import type { Membership, Person } from "../model/person.ts";
import type { Proposal, ProposalStanding } from "../model/proposal.ts";
import type { Question } from "../model/question.ts";
import type { Run, RunStep } from "../model/run.ts";
import { isTry, type Task } from "../model/task.ts";
import type { TransferKind } from "../model/wallet.ts";
import { Additions } from "./additions.ts";
import { AssignmentRecords } from "./assignment-records.ts";
import { countBoard } from "./board-counts.ts";
import { type AgentTally, type BookChanges, type BookContents, type BookSetting, noTally } from "./book-records.ts";
import { ByTask } from "./by-task.ts";
import { DailyUses } from "./daily-uses.ts";
import { deadlineJob } from "./deadlines.ts";
import { Journal } from "./journal.ts";
import { Ledger } from "./ledger.ts";
import { Shelf } from "./shelf.ts";
import { TeamRecords } from "./team-records.ts";

/**
 * The records that a batch of commands works on, in memory. Commands read and change it; the engine writes the changes.
 * It does no input or output, and a refused command leaves no trace in it.
 */
export class Book {
  readonly now: Instant;
  readonly newId: () => Id;
  readonly #journal = new Journal();
  readonly #tasks = new Shelf<Task>(this.#journal);
  readonly #assignments: AssignmentRecords;
  readonly #parties = new Shelf<Party>(this.#journal);
  readonly #ledger: Ledger;
  readonly #allotments = new Shelf<GrantAllotment>(this.#journal);
  readonly #questions = new Shelf<Question>(this.#journal);
  readonly #newestSubmission = new Map<Id, Pick<Submission, "id" | "assignmentId">>();
  readonly #files = new Map<Id, FileOwner>();
  readonly #takenEmails: ReadonlySet<string>;
  /** Of the tasks asked for, without their texts. */
  readonly proposals = new Shelf<ProposalStanding>(this.#journal);
  readonly #proposalIds = new ByTask(this.#journal);
  /** Of the tasks asked for, those nobody has ruled on. */
  readonly disputes = new Shelf<Dispute>(this.#journal);
  /** By the submission they are about. */
  readonly evaluations = new Shelf<Evaluation>(this.#journal);
  readonly cashRequests = new Shelf<CashRequest>(this.#journal);
  readonly team: TeamRecords;
  readonly daily: DailyUses;
  /** Of the tasks asked for, all they have had. */
  readonly runs = new Shelf<Run>(this.#journal);
  readonly runSteps = new Additions<RunStep>(this.#journal);
  readonly agents = new Additions<Agent>(this.#journal);
  readonly keys = new Additions<ApiKey>(this.#journal);
  readonly memberships = new Additions<Membership>(this.#journal);
  readonly reviews = new Additions<Review>(this.#journal);
  readonly approvalDecisions = new Additions<ApprovalDecision>(this.#journal);
  readonly #proposalTexts = new Additions<Proposal>(this.#journal);
  readonly #people = new Shelf<Person>(this.#journal);
  readonly #submissions = new Additions<Submission>(this.#journal);
  readonly #events = new Additions<TaskEvent>(this.#journal);
  readonly #tallies = new Additions<AgentTally>(this.#journal);
  readonly #jobs = new Additions<JobRequest>(this.#journal);
  #command = "";

  constructor(contents: BookContents, setting: BookSetting) {
    this.now = setting.now;
    this.newId = setting.newId;
    for (const task of contents.tasks) this.#tasks.load(task.id, task);
    this.#assignments = new AssignmentRecords(this.#journal, contents.assignments);
    for (const party of contents.parties) this.#parties.load(party.id, party);
    this.#ledger = new Ledger(this.#journal, contents.wallets);
    for (const allotment of contents.allotments) this.#allotments.load(allotment.ownerEmail, allotment);
    this.daily = new DailyUses(this.#journal, contents);
    for (const question of contents.questions) this.#questions.load(question.id, question);
    for (const submission of contents.submissions) this.#newestSubmission.set(submission.assignmentId, submission);
    for (const file of contents.files) this.#files.set(file.id, file);
    for (const proposal of contents.proposals) {
      this.proposals.load(proposal.id, proposal);
      this.#proposalIds.load(proposal.taskId, proposal.id);
    }
    for (const dispute of contents.disputes) this.disputes.load(dispute.id, dispute);
    for (const evaluation of contents.evaluations) this.evaluations.load(evaluation.submissionId, evaluation);
    for (const request of contents.cashRequests) this.cashRequests.load(request.id, request);
    for (const run of contents.runs) this.runs.load(run.id, run);
    this.team = new TeamRecords(this.#journal, contents);
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
    return this.#assignments.of(taskId);
  }

  /** The assignments that bind a worker to the task now. */
  liveAssignmentsOf(taskId: Id): Assignment[] {
    return this.assignmentsOf(taskId).filter((assignment) => isLive(assignment.state));
  }

  addAssignment(assignment: Assignment): void {
    this.#assignments.add(assignment);
  }

  changeAssignment(assignment: Assignment, change: Partial<Omit<Assignment, "id" | "taskId">>): Assignment {
    const changed = { ...assignment, ...change };
    this.#assignments.replace(changed);
    return changed;
  }

  /** Refuses `party_not_found`. */
  party(id: Id): Party {
    return this.findParty(id) ?? refuse("party_not_found");
  }

  findParty(id: Id): Party | undefined {
    return this.#parties.get(id);
  }

  addParty(party: Party): void {
    this.#parties.add(party.id, party);
  }

  changeApproval(party: Party, approval: Approval): Party {
    const changed = { ...party, approval };
    this.#parties.replace(party.id, changed);
    return changed;
  }

  /** Without their texts. */
  proposalsOf(taskId: Id): ProposalStanding[] {
    return this.#proposalIds.of(taskId).flatMap((id) => this.proposals.get(id) ?? []);
  }

  addProposal(proposal: Proposal): void {
    const { id, taskId, workerId, state, amount, decidedAt } = proposal;
    this.proposals.add(id, { id, taskId, workerId, state, amount, decidedAt });
    this.#proposalIds.add(taskId, id);
    this.#proposalTexts.add(proposal);
  }

  /** A project's subtasks, as far as the book has them. */
  subtasksOf(projectId: Id): Task[] {
    return [...this.#tasks.values()].filter(({ parentId }) => parentId === projectId);
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

  addSubmission(submission: Submission): void {
    this.#submissions.add(submission);
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

  /** The party's balance; a wallet that was never used holds 0. */
  balance(partyId: Id, currency: Currency): number {
    return this.#ledger.balance(partyId, currency);
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
    const movement = { kind, from, to, amount, currency, taskId, command: this.#command };
    this.#ledger.move(movement, this.newId(), this.now);
  }

  /** Writes the next line of a task's history. */
  record(taskId: Id, type: EventType, actorId: Id | null, data: EventData = {}): void {
    const number = this.task(taskId).eventCount + 1;
    this.changeTask(taskId, { eventCount: number });
    this.#events.add({ taskId, number, type, actorId, data, at: this.now });
  }

  /** Makes sure that a job looks at due deadlines of this kind soon after `dueAt`. */
  watchDeadline(kind: DeadlineKind, dueAt: Instant): void {
    this.#jobs.add(deadlineJob(kind, dueAt));
  }

  /** Has a job look after what this command leaves, as soon as it has committed. */
  leave(chore: ChoreKind): void {
    this.#jobs.add({ name: chore, runAt: null, key: chore });
  }

  /** Adds to an agent's standing figures what became of its work on a task; its operator's tries are no work. */
  tally(agentId: Id, task: Task, added: Partial<Omit<AgentTally, "agentId">>): void {
    if (isTry(task)) return;
    this.#tallies.add({ agentId, ...noTally, ...added });
  }

  changes(): BookChanges {
    return {
      newTasks: this.#tasks.added(),
      changedTasks: this.#tasks.changed(),
      ...this.#assignments.changes(),
      submissions: this.#submissions.all(),
      reviews: this.reviews.all(),
      newQuestions: this.#questions.added(),
      changedQuestions: this.#questions.changed(),
      parties: this.#parties.added(),
      changedParties: this.#parties.changed(),
      approvalDecisions: this.approvalDecisions.all(),
      newProposals: this.#proposalTexts.all().map((text) => ({ ...text, ...this.proposals.get(text.id) })),
      changedProposals: this.proposals.changed(),
      newDisputes: this.disputes.added(),
      changedDisputes: this.disputes.changed(),
      newEvaluations: this.evaluations.added(),
      changedEvaluations: this.evaluations.changed(),
      newCashRequests: this.cashRequests.added(),
      changedCashRequests: this.cashRequests.changed(),
      ...this.team.changes(),
      newRuns: this.runs.added(),
      changedRuns: this.runs.changed(),
      runSteps: this.runSteps.all(),
      editedTasks: this.team.edited.all().map((id) => this.task(id)),
      boardCounts: countBoard(this.#tasks),
      agents: this.agents.all(),
      people: this.#people.added(),
      memberships: this.memberships.all(),
      keys: this.keys.all(),
      ...this.#ledger.changes(),
      newAllotments: this.#allotments.added(),
      changedAllotments: this.#allotments.changed(),
      ...this.daily.changes(),
      events: this.#events.all(),
      tallies: this.#tallies.all(),
      jobs: this.#jobs.all(),
    };
  }
}
