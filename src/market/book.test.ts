import { beforeEach, describe, expect, it } from "vitest";
import { aKey, anAgent, anOrganization, aTask } from "../../test/support/market-inputs.ts";
import { MarketStage } from "../../test/support/market-stage.ts";
import { escrow, platform, wallet } from "../model/accounts.ts";
import { refuse } from "../model/errors.ts";
import { answerQuestion } from "./answer-question.ts";
import { approveSubmission } from "./approve-submission.ts";
import { askQuestion } from "./ask-question.ts";
import type { Book } from "./book.ts";
import { claimTask } from "./claim-task.ts";
import { heartbeat } from "./heartbeat.ts";
import { issueKey } from "./issue-key.ts";
import { postTask } from "./post-task.ts";
import { registerAgent } from "./register-agent.ts";
import { registerOrganization } from "./register-organization.ts";
import { requestRevision } from "./request-revision.ts";
import { submitWork } from "./submit-work.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

/** Does everything that a command can do to a book, and then refuses. */
function doEverythingThenRefuse(book: Book): never {
  const [task] = stage.market.tasks.values();
  if (task === undefined) throw new Error("The stage has no task.");
  const claim = claimTask.decide(book, { taskId: task.id, workerId: stage.worker });
  book.changeAssignment(claim.assignment, { heartbeatSeconds: 30 });
  const own = { taskId: task.id, workerId: stage.worker };
  heartbeat.decide(book, own);
  askQuestion.decide(book, { ...own, type: "message", content: "Which?", items: null });
  answerQuestion.decide(book, { taskId: task.id, posterId: stage.poster, answers: null, text: "That." });
  submitWork.decide(book, { ...own, text: "Done." });
  requestRevision.decide(book, { taskId: task.id, posterId: stage.poster, reason: null });
  submitWork.decide(book, { ...own, text: "Done." });
  approveSubmission.decide(book, { taskId: task.id, reviewerId: stage.poster, rating: 5 });
  const allowance = { holderId: "known", day: "2026-01-01", credits: 1, dailyLimit: 2 };
  postTask.decide(book, aTask(stage.poster, { budget: 0, allowance }));
  postTask.decide(book, aTask(stage.poster, { budget: 0, allowance: { ...allowance, holderId: "new" } }));
  issueKey.decide(book, { partyId: stage.worker, key: aKey() });
  const owner = { newPerson: { id: "u1", name: "Person", email: "new@example.com" } };
  registerOrganization.decide(book, anOrganization(5, undefined, owner));
  registerAgent.decide(book, anAgent({ ownerEmail: "known@example.com" }));
  registerAgent.decide(book, anAgent({ ownerEmail: "new@example.com" }));
  book.transfer("grant", platform("grants"), wallet(stage.worker), 5, "usd", null);
  book.transfer("hold", wallet(stage.poster), escrow(task.id), 1, "credits", task.id);
  book.watchDeadline("approve-overdue", book.now);
  return refuse("not_allowed");
}

describe("a refused command", () => {
  it("leaves no trace, whatever it did before it was refused", () => {
    stage.agent({ ownerEmail: "known@example.com" });
    const { id } = stage.openTask({ reviewPolicy: "manual" });
    const allowance = { holderId: "known", day: "2026-01-01", credits: 1, dailyLimit: 2 };
    stage.market.execute(postTask, aTask(stage.poster, { budget: 0, allowance }));
    stage.expectRefused(
      {
        name: "everything",
        loads: () => ({
          tasks: [id],
          settles: [id],
          parties: [stage.worker, stage.poster],
          allowances: [allowance, { ...allowance, holderId: "new" }],
          emails: ["new@example.com"],
          ownerEmails: ["known@example.com", "new@example.com"],
        }),
        decide: doEverythingThenRefuse,
      },
      undefined,
      "not_allowed",
    );
  });

  it("undoes only itself where commands before it changed the same rows", () => {
    const { id } = stage.openTask({ reviewPolicy: "manual" });
    const input = { taskId: id, workerId: stage.worker, text: "Done." };
    const book = stage.market.open([claimTask.loads(input), submitWork.loads(input)]);
    book.attempt("claim_task", () => claimTask.decide(book, input));
    const before = structuredClone(book.changes());
    const failing = () => {
      submitWork.decide(book, input);
      throw new Error("fault");
    };
    expect(() => book.attempt("submit_work", failing)).toThrow("fault");
    expect(book.changes()).toEqual(before);
    expect(book.task(id)).toMatchObject({ state: "in_progress", eventCount: 2 });
    book.attempt("submit_work", () => submitWork.decide(book, input));
    expect(book.changes().changedTasks).toHaveLength(1);
    expect(book.changes().newAssignments).toMatchObject([{ state: "submitted" }]);
    expect(book.changes().changedAssignments).toEqual([]);
    expect(book.changes().events.map((event) => event.number)).toEqual([2, 3]);
  });
});

describe("a book that several commands share", () => {
  it("shows each command what those before it did, and writes every row once", () => {
    const input = aTask(stage.poster, { budget: 60 });
    const book = stage.market.open([postTask.loads(input)]);
    const post = () => book.attempt("post_task", () => postTask.decide(book, input));
    expect(post().balance).toBe(40);
    expect(post).toThrow("The wallet does not hold enough for this.");
    const changes = book.changes();
    expect(changes.newTasks).toHaveLength(1);
    expect(changes.changedTasks).toEqual([]);
    expect(changes.changedWallets).toEqual([{ partyId: stage.poster, currency: "credits", balance: 40 }]);
    expect(changes.transfers).toMatchObject([{ debitBalance: 40, command: "post_task" }]);
  });

  it("refuses to add what it already holds", () => {
    const task = stage.openTask();
    const book = stage.market.open([{ tasks: [task.id] }]);
    expect(() => book.addTask(task)).toThrow(`The book already holds ${task.id}.`);
  });

  it("refuses to change what was not loaded", () => {
    const { assignment } = stage.claimedTask();
    const book = stage.market.open([]);
    expect(() => book.changeAssignment(assignment, { state: "lapsed" })).toThrow("The book does not hold");
  });
});
