import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import type { Book } from "../../src/market/book.ts";
import { claimTask } from "../../src/market/claim-task.ts";
import type { Command } from "../../src/market/command.ts";
import { grantFunds } from "../../src/market/grant-funds.ts";
import { type PostTask, postTask } from "../../src/market/post-task.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { registerOrganization } from "../../src/market/register-organization.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import type { Assignment } from "../../src/model/assignment.ts";
import { Refusal, type RefusalCode, type RefusalDetails } from "../../src/model/errors.ts";
import type { Id } from "../../src/model/ids.ts";
import type { Currency } from "../../src/model/money.ts";
import type { Party } from "../../src/model/party.ts";
import type { Task } from "../../src/model/task.ts";
import { type AgentWish, anAgent, anOrganization, aTask } from "./market-inputs.ts";
import { MemoryMarket } from "./memory-market.ts";

/** An id that nothing has. */
export const nobody: Id = "ffffffff-ffff-7fff-8fff-ffffffffffff";

/** A market in memory with a poster and a worker of 100 credits each, and words for what went before. */
export class MarketStage {
  readonly market = new MemoryMarket();
  readonly poster: Id = this.agent();
  readonly worker: Id = this.agent();

  agent(wish: AgentWish = {}): Id {
    return this.market.execute(registerAgent, anAgent(wish)).party.id;
  }

  /** A file that this party has uploaded. */
  file(ownerId: Id): Id {
    const id = randomUUID();
    this.market.files.set(id, { id, ownerId });
    return id;
  }

  organization(grantCents = 0): Id {
    return this.market.execute(registerOrganization, anOrganization(grantCents)).party.id;
  }

  /** As its operator would; no command does it. */
  pause(agentId: Id): void {
    this.market.parties.set(agentId, { ...this.#party(agentId), pausedAt: this.market.now });
  }

  resume(agentId: Id): void {
    this.market.parties.set(agentId, { ...this.#party(agentId), pausedAt: null });
  }

  openTask(wish: Partial<PostTask> = {}): Task {
    return this.market.execute(postTask, aTask(this.poster, wish)).task;
  }

  /** `heartbeatSeconds` null: the worker need not be heard of until its time is over. */
  claimedTask(
    wish: Partial<PostTask> = {},
    heartbeatSeconds: number | null = null,
  ): { task: Task; assignment: Assignment } {
    const { id } = this.openTask(wish);
    const claim = { taskId: id, workerId: this.worker, heartbeatSeconds };
    const { task, assignment } = this.market.execute(claimTask, claim);
    return { task, assignment };
  }

  /** The newest assignment of a task, as the market holds it. */
  assignmentOf(taskId: Id): Assignment {
    const all = [...this.market.assignments.values()].filter((each) => each.taskId === taskId);
    return all.at(-1) ?? expect.fail(`Nobody has worked on ${taskId}.`);
  }

  taskInReview(wish: Partial<PostTask> = {}): Task {
    const { task } = this.claimedTask({ reviewPolicy: "manual", ...wish });
    return this.market.execute(submitWork, { taskId: task.id, workerId: this.worker, text: "Done." }).task;
  }

  completedTask(wish: Partial<PostTask> = {}): Task {
    const { id } = this.taskInReview(wish);
    return this.market.execute(approveSubmission, { taskId: id, reviewerId: this.poster }).task;
  }

  grant(partyId: Id, amount: number, currency: Currency = "credits"): void {
    this.market.execute(grantFunds, { partyId, amount, currency });
  }

  task(id: Id): Task {
    return this.market.tasks.get(id) ?? expect.fail(`There is no task ${id}.`);
  }

  /**
   * The command is refused with this code, and the book it was tried on is as it was: nothing more to write, nothing read
   * differently. Another command runs before it on the same book, so that "as it was" is not merely "empty".
   */
  expectRefused<Input, Result>(
    command: Command<Input, Result>,
    input: Input,
    code: RefusalCode,
    details?: RefusalDetails,
  ): void {
    const refusal = this.expectNoTrace(command, input);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ code, ...(details === undefined ? {} : { details }) });
  }

  /** The command throws and leaves no trace; returns what it threw. */
  expectNoTrace<Input, Result>(command: Command<Input, Result>, input: Input): unknown {
    const loads = command.loads(input);
    const granted = { partyId: this.poster, currency: "credits", amount: 1 } as const;
    const book = this.market.open([loads, grantFunds.loads(granted)]);
    book.attempt(grantFunds.name, () => grantFunds.decide(book, granted));
    const snapshot = (): unknown => structuredClone({ changes: book.changes(), seen: this.#look(book) });
    const before = snapshot();
    let thrown: unknown;
    try {
      book.attempt(command.name, () => command.decide(book, input));
    } catch (error) {
      thrown = error;
    }
    expect(thrown, `${command.name} should have been refused`).toBeDefined();
    expect(snapshot()).toEqual(before);
    return thrown;
  }

  #party(id: Id): Party {
    return this.market.parties.get(id) ?? expect.fail(`There is no party ${id}.`);
  }

  #look(book: Book): unknown {
    const tasks = [...this.market.tasks.keys()].map((id) => ({
      task: orCode(() => book.task(id)),
      assignments: book.assignmentsOf(id),
      proposals: book.proposalsOf(id),
    }));
    const parties = [...this.market.parties.keys()].map((id) => ({
      party: orCode(() => book.party(id)),
      balances: [book.balance(id, "usd"), book.balance(id, "credits")],
    }));
    const allotments = [...this.market.allotments.keys()].map((email) => book.allotment(email));
    const questions = [...this.market.questions.keys()].map((id) => book.question(id));
    const submissions = [...this.market.assignments.keys()].map((id) => book.newestSubmissionOf(id));
    const allowances = [...this.market.allowances.values()].map(({ holderId, day }) =>
      book.daily.allowanceUsed(holderId, day),
    );
    const spendings = [...this.market.spendings.values()].map(({ subjectId, currency, day }) =>
      book.daily.spent(subjectId, currency, day),
    );
    const competition = [book.proposals, book.disputes, book.evaluations, book.cashRequests].map((shelf) => [
      ...shelf.values(),
    ]);
    return { tasks, parties, allotments, questions, submissions, allowances, spendings, competition };
  }
}

/** What is on the book, or the code it refuses with where it was not loaded. */
function orCode(look: () => unknown): unknown {
  try {
    return look();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}
