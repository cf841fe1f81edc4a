import { noTally } from "../../src/market/book-records.ts";
import { type Assignment, isLive, isWorking } from "../../src/model/assignment.ts";
import type { Id } from "../../src/model/ids.ts";
import type { Instant } from "../../src/model/instant.ts";
import { instantToMs } from "../../src/model/instant.ts";
import type { Currency } from "../../src/model/money.ts";
import { sameSide } from "../../src/model/party.ts";
import { isTry, type Task } from "../../src/model/task.ts";
import type { MemoryMarket } from "../support/memory-market.ts";
import { allowanceRules } from "./history.ts";
import { promise } from "./promise.ts";
import { spendingRules } from "./spending.ts";

/** What 3-domain promises about work, at any moment: clocks, questions, reviews, free credits, standing figures. */
export function checkWork(market: MemoryMarket): void {
  for (const assignment of market.assignments.values()) {
    const task = market.tasks.get(assignment.taskId);
    if (task === undefined) throw new Error(`assignment ${assignment.id} of no task`);
    checkClock(market, task, assignment);
    checkWorker(market, task, assignment);
  }
  checkQuestions(market);
  checkReviews(market);
  checkAllowances(market);
  checkSpendings(market);
  checkStandings(market);
}

/** A clock runs exactly while the worker owes work and waits for nobody; it never runs past the time for the task. */
function checkClock(market: MemoryMarket, task: Task, assignment: Assignment): void {
  const { id, state, dueAt, leaseExpiresAt, pausedMs, openQuestionId, heartbeatSeconds } = assignment;
  const limitMs = task.timeLimitMinutes * 60_000;
  const nowMs = instantToMs(market.now);
  if (!isWorking(state)) {
    const isStopped = dueAt === null && leaseExpiresAt === null && pausedMs === null && openQuestionId === null;
    promise(isStopped, () => `${state} assignment ${id} has a clock`);
  } else if (openQuestionId !== null) {
    promise(dueAt === null && leaseExpiresAt === null, () => `${id} waits for an answer while its clock runs`);
    promise(pausedMs !== null && pausedMs > 0 && pausedMs <= limitMs, () => `${id} has ${pausedMs} ms left`);
  } else {
    if (dueAt === null || leaseExpiresAt === null) throw new Error(`${state} assignment ${id} has no clock`);
    promise(pausedMs === null, () => `${id} runs and is paused`);
    promise(leaseExpiresAt <= dueAt, () => `the lease of ${id} goes past the time for the task`);
    promise(instantToMs(dueAt) <= nowMs + limitMs, () => `${id} has more time than the task allows`);
    const leaseMs = heartbeatSeconds === null ? limitMs : heartbeatSeconds * 1_000;
    promise(instantToMs(leaseExpiresAt) <= nowMs + leaseMs, () => `the lease of ${id} outlasts a heartbeat`);
  }
  promise((assignment.endedAt === null) === isLive(state), () => `${state} assignment ended at ${assignment.endedAt}`);
}

function checkWorker(market: MemoryMarket, task: Task, { workerId }: Assignment): void {
  const poster = market.parties.get(task.posterId);
  const worker = market.parties.get(workerId);
  if (poster === undefined || worker === undefined) throw new Error(`task ${task.id} has a party that is not there`);
  promise(worker.id !== poster.id, () => `${worker.id} works on its own task`);
  const isOwnEngineer = task.intake === "direct" && task.agentId === null && worker.engineer !== "none";
  promise(
    !sameSide(poster, worker) || isOwnEngineer || isTry(task),
    () => `${worker.id} works on the task of its own side`,
  );
  if (task.intake === "direct") {
    promise((task.agentId ?? workerId) === workerId, () => `${worker.id} works on a task for ${task.agentId}`);
    promise(task.agentId !== null || worker.engineer !== "none", () => `${worker.id} is no engineer`);
  } else {
    promise(task.visibility === "public", () => `${worker.id} found a private task`);
  }
}

/** A question waits for an answer exactly while an assignment that is worked on waits for it. */
function checkQuestions(market: MemoryMarket): void {
  const awaited = new Set<Id>();
  for (const { openQuestionId } of market.assignments.values())
    if (openQuestionId !== null) awaited.add(openQuestionId);
  const open = [...market.questions.values()].filter(({ answeredAt }) => answeredAt === null);
  promise(open.length === awaited.size, () => `${open.length} questions are open, ${awaited.size} are waited for`);
  for (const { id, assignmentId } of open) {
    const waits = market.assignments.get(assignmentId)?.openQuestionId === id;
    promise(waits, () => `nobody waits for the answer to ${id}`);
  }
}

/** Every review is of a submission of its own task, each submission has one at most, and they tell the task's story. */
function checkReviews(market: MemoryMarket): void {
  const submitted = new Map(market.submissions.map((submission) => [submission.id, submission]));
  for (const { fileIds, workerId } of market.submissions) {
    for (const id of fileIds) promise(market.files.get(id)?.ownerId === workerId, () => `${workerId} handed in ${id}`);
  }
  const reviewed = new Set<Id>();
  const approvals = new Map<Id, number>();
  const revisions = new Map<Id, number>();
  for (const { id, taskId, submissionId, verdict, rating } of market.reviews) {
    promise(submitted.get(submissionId)?.taskId === taskId, () => `review ${id} is of no submission of its task`);
    promise(!reviewed.has(submissionId), () => `submission ${submissionId} was reviewed twice`);
    reviewed.add(submissionId);
    promise(rating === null || verdict === "approved", () => `${verdict} work has a rating`);
    if (verdict === "approved") approvals.set(taskId, (approvals.get(taskId) ?? 0) + 1);
    if (verdict === "revision_requested") revisions.set(taskId, (revisions.get(taskId) ?? 0) + 1);
  }
  const refunded = new Set<Id>();
  for (const { taskId, ruling } of market.disputes.values()) if (ruling === "refund") refunded.add(taskId);
  for (const { id, state, reviewDueAt, revisionCount, maxRevisions } of market.tasks.values()) {
    const approved = approvals.get(id) ?? 0;
    // Approved work may be disputed, and its money returned.
    const mayBe =
      state === "disputed" || (state === "cancelled" && refunded.has(id)) ? [0, 1] : [Number(state === "completed")];
    promise(mayBe.includes(approved), () => `${state} task ${id} was approved ${approved} times`);
    const revised = revisions.get(id) ?? 0;
    promise(revisionCount === revised, () => `task ${id} counts ${revisionCount} revisions of ${revised}`);
    promise(revised <= (maxRevisions ?? revised), () => `task ${id} had ${revised} revisions of ${maxRevisions}`);
    promise(
      (reviewDueAt !== null) === (state === "in_review"),
      () => `${state} task is to be reviewed by ${reviewDueAt}`,
    );
  }
}

/** What was used of a day's free credits is what the day's tasks cost, and never more than there were. */
function checkAllowances(market: MemoryMarket): void {
  const expected = new Map<string, number>();
  for (const { funding, posterId, createdAt, budget, price } of market.tasks.values()) {
    if (funding !== "allowance") continue;
    promise(budget === 0 && price === null, () => `a task on an allowance has a price`);
    const key = `${market.parties.get(posterId)?.organizationId ?? posterId} ${createdAt.slice(0, 10)}`;
    expected.set(key, (expected.get(key) ?? 0) + allowanceRules.credits);
  }
  for (const { holderId, day, used } of market.allowances.values()) {
    const cost = expected.get(`${holderId} ${day}`) ?? 0;
    promise(used === cost, () => `${used} free credits used for tasks of ${cost}`);
    promise(used <= allowanceRules.dailyLimit, () => `${used} free credits used in a day`);
  }
  const counted = market.allowances.size;
  promise(expected.size === counted, () => `${expected.size} days had tasks on an allowance, ${counted} are counted`);
}

/** What counts as spent in a day is what was posted and paid out in it, and never more than the limit. */
function checkSpendings(market: MemoryMarket): void {
  const expected = new Map<string, number>();
  const add = (partyId: Id, currency: Currency, at: Instant, amount: number): void => {
    const key = `${partyId}:${currency}:${at.slice(0, 10)}`;
    expected.set(key, (expected.get(key) ?? 0) + amount);
  };
  for (const { funding, posterId, currency, createdAt, budget } of market.tasks.values()) {
    if (funding === "escrow") add(posterId, currency, createdAt, budget);
  }
  for (const { kind, partyId, createdAt, amountCents } of market.cashRequests.values()) {
    if (kind === "payout") add(partyId, "usd", createdAt, amountCents);
  }
  for (const [key, { amount, currency }] of market.spendings) {
    promise(amount === expected.get(key), () => `${amount} counts as spent of ${expected.get(key)}`);
    promise(amount <= spendingRules[currency], () => `${amount} ${currency} spent in a day`);
  }
  const counted = market.spendings.size;
  promise(expected.size === counted, () => `${expected.size} days had spending, ${counted} are counted`);
}

/** An agent's standing figures are the sums of what became of its work; its own side's tries and ratings do not count. */
function checkStandings(market: MemoryMarket): void {
  const expected = new Map<Id, AgentFigures>();
  const figuresOf = (workerId: Id): AgentFigures => {
    const known = expected.get(workerId) ?? { ...noTally };
    expected.set(workerId, known);
    return known;
  };
  const isTried = (taskId: Id): boolean => {
    const task = market.tasks.get(taskId);
    return task !== undefined && isTry(task);
  };
  for (const { state, taskId, workerId } of market.assignments.values()) {
    if (isTried(taskId)) continue;
    if (state === "accepted") figuresOf(workerId).completed++;
    if (state === "rejected") figuresOf(workerId).rejected++;
    if (state === "lapsed") figuresOf(workerId).deadlinesMissed++;
  }
  const workers = new Map<Id, Id>();
  for (const { id, taskId, workerId } of market.submissions) {
    if (!isTried(taskId)) figuresOf(workerId).deadlinesMet++;
    workers.set(id, workerId);
  }
  for (const { submissionId, taskId, rating } of market.reviews) {
    const worker = market.parties.get(workers.get(submissionId) ?? "");
    const poster = market.parties.get(market.tasks.get(taskId)?.posterId ?? "");
    if (rating === null || worker === undefined || poster === undefined) continue;
    if (sameSide(poster, worker) || isTried(taskId)) continue;
    figuresOf(worker.id).ratingCount++;
    figuresOf(worker.id).ratingSum += rating;
  }
  for (const id of market.agents.keys()) {
    const standing = market.standings.get(id) ?? noTally;
    const right = expected.get(id) ?? noTally;
    const isRight = (Object.keys(noTally) as (keyof AgentFigures)[]).every((name) => standing[name] === right[name]);
    promise(isRight, () => `agent ${id} stands at ${JSON.stringify(standing)}, not ${JSON.stringify(right)}`);
  }
}

type AgentFigures = { -readonly [Name in keyof typeof noTally]: number };
