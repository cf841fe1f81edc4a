import type { Dispute } from "../../src/model/dispute.ts";
import type { Id } from "../../src/model/ids.ts";
import { splitPrice } from "../../src/model/money.ts";
import { sameSide } from "../../src/model/party.ts";
import type { Task } from "../../src/model/task.ts";
import type { MemoryMarket } from "../support/memory-market.ts";
import { promise } from "./promise.ts";

/** What 3-domain promises about competing, at any moment: proposals, the board's totals, prices, disputes, earnings. */
export function checkCompetition(market: MemoryMarket): void {
  checkProposals(market);
  checkBoard(market);
  checkDisputes(market);
  checkEarnings(market);
  checkCash(market);
  checkEvaluations(market);
  checkApprovals(market);
}

/** A task counts its proposals; each shortlisted one, and no other, binds its worker once, at its amount. */
function checkProposals(market: MemoryMarket): void {
  const counts = new Map<Id, number>();
  const seen = new Set<string>();
  const bound = new Map<Id, number>();
  for (const { taskId, workerId, proposalId, price } of market.assignments.values()) {
    const proposal = market.proposals.get(proposalId ?? "");
    const isCompetedFor = market.tasks.get(taskId)?.intake === "proposals";
    promise(isCompetedFor === (proposal !== undefined), () => `${workerId} works on ${taskId} by ${proposalId}`);
    if (proposal === undefined) promise(price === null, () => `${workerId} has a price without a proposal`);
    else {
      const fits = proposal.taskId === taskId && proposal.workerId === workerId && proposal.amount === price;
      promise(fits && proposal.state === "shortlisted", () => `${workerId} works at ${price} by ${proposal.id}`);
      bound.set(proposal.id, (bound.get(proposal.id) ?? 0) + 1);
    }
  }
  for (const { id, taskId, workerId, state, amount, decidedAt } of market.proposals.values()) {
    const task = market.tasks.get(taskId);
    const [poster, worker] = [market.parties.get(task?.posterId ?? ""), market.parties.get(workerId)];
    if (task === undefined || poster === undefined || worker === undefined) throw new Error(`${id} is of nobody`);
    promise(task.intake === "proposals" && task.visibility === "public", () => `${id} is on a ${task.intake} task`);
    promise(!sameSide(poster, worker), () => `${workerId} proposed to its own side`);
    promise(amount >= 1 && amount <= task.budget, () => `${id} asks for ${amount} of ${task.budget}`);
    promise(!seen.has(`${taskId} ${workerId}`), () => `${workerId} proposed twice on ${taskId}`);
    seen.add(`${taskId} ${workerId}`);
    promise((decidedAt === null) === (state === "submitted"), () => `${state} proposal decided at ${decidedAt}`);
    const engagements = bound.get(id) ?? 0;
    promise(engagements === (state === "shortlisted" ? 1 : 0), () => `${state} proposal bound ${engagements} times`);
    if (state !== "withdrawn") counts.set(taskId, (counts.get(taskId) ?? 0) + 1);
  }
  for (const { id, state, intake, proposalCount, maxProposals } of market.tasks.values()) {
    const counted = counts.get(id) ?? 0;
    promise(proposalCount === counted, () => `task ${id} counts ${proposalCount} proposals of ${counted}`);
    promise((maxProposals !== null) === (intake === "proposals"), () => `${intake} task takes ${maxProposals}`);
    const most = maxProposals ?? 0;
    promise(counted <= most, () => `task ${id} has ${counted} proposals of ${most}`);
    promise(state !== "open" || most === 0 || counted < most, () => `full task ${id} is open`);
  }
}

/** The board says of each category how many tasks take proposals now. */
function checkBoard(market: MemoryMarket): void {
  const open = new Map<string, number>();
  for (const { intake, visibility, state, category } of market.tasks.values()) {
    if (intake !== "proposals" || visibility !== "public" || state !== "open") continue;
    open.set(category, (open.get(category) ?? 0) + 1);
  }
  for (const category of new Set([...open.keys(), ...market.boardCounts.keys()])) {
    const [counted, shown] = [open.get(category) ?? 0, market.boardCounts.get(category) ?? 0];
    promise(counted === shown, () => `the board shows ${shown} of ${counted} tasks in ${category}`);
  }
}

/** Exactly the disputed tasks have one that nobody has ruled on; a ruling is what became of the money. */
function checkDisputes(market: MemoryMarket): void {
  const open = new Map<Id, number>();
  for (const dispute of market.disputes.values()) {
    const { id, taskId, assignmentId, ruledAt } = dispute;
    const task = market.tasks.get(taskId);
    const assignment = market.assignments.get(assignmentId);
    if (task === undefined || assignment?.taskId !== taskId) throw new Error(`dispute ${id} is about nothing`);
    if (ruledAt === null) open.set(taskId, (open.get(taskId) ?? 0) + 1);
    else checkRuling(dispute, task, assignment.price ?? task.budget, assignment.state);
  }
  for (const { id, state } of market.tasks.values()) {
    const waiting = open.get(id) ?? 0;
    promise(waiting === (state === "disputed" ? 1 : 0), () => `${state} task ${id} has ${waiting} open disputes`);
  }
}

function checkRuling({ id, ruling, ruledAmount }: Dispute, task: Task, price: number, assignmentState: string): void {
  const ended = ruling === "refund" ? "cancelled rejected" : "completed accepted";
  promise(`${task.state} ${assignmentState}` === ended, () => `${ruling} left ${task.state} ${assignmentState}`);
  promise(task.price === (ruling === "refund" ? null : ruledAmount), () => `${id}: ${task.price} for ${ruledAmount}`);
  const isRight =
    ruling === "split"
      ? ruledAmount !== null && ruledAmount >= 1 && ruledAmount < price
      : ruledAmount === (ruling === "pay" ? price : 0);
  promise(isRight, () => `${ruling} of ${price} gave ${ruledAmount}`);
}

/** What workers earned by what was approved and released is what the ledger paid them, each on each task. */
function checkEarnings(market: MemoryMarket): void {
  const paid = new Map<string, number>();
  for (const { kind, credit, amount, taskId } of market.transfers) {
    if (kind === "payment") paid.set(`${taskId} ${credit}`, (paid.get(`${taskId} ${credit}`) ?? 0) + amount);
  }
  for (const { taskId, workerId, state, price: agreed } of market.assignments.values()) {
    const task = market.tasks.get(taskId);
    if (state !== "accepted" || task === undefined || task.price === null) continue;
    promise(task.price <= (agreed ?? task.budget), () => `task ${taskId} cost ${task.price}, ${agreed} was agreed`);
    if (task.state !== "completed" || task.releaseDueAt !== null) continue;
    const key = `${taskId} party:${workerId}:${task.currency}`;
    const { net } = splitPrice(task.price, task.feeBasisPoints);
    promise((paid.get(key) ?? 0) === net, () => `${workerId} earned ${net} and was paid ${paid.get(key)}`);
    paid.delete(key);
  }
  promise(paid.size === 0, () => `paid without being earned: ${[...paid.keys()]}`);
}

/** A party's deposits are what was confirmed to it, its payouts what it asked for and was not refused. */
function checkCash(market: MemoryMarket): void {
  const expected = new Map<string, number>();
  const add = (sums: Map<string, number>, key: string, amount: number): void => {
    sums.set(key, (sums.get(key) ?? 0) + amount);
  };
  for (const { kind, state, partyId, amountCents, decidedAt } of market.cashRequests.values()) {
    promise((decidedAt === null) === (state === "requested"), () => `${state} ${kind} decided at ${decidedAt}`);
    const counts = kind === "deposit" ? state === "confirmed" : state !== "refused";
    if (counts) add(expected, `${kind} party:${partyId}:usd`, amountCents);
  }
  const moved = new Map<string, number>();
  for (const { kind, debit, credit, amount } of market.transfers) {
    if (kind === "deposit") add(moved, `deposit ${credit}`, amount);
    if (kind === "payout") add(moved, `payout ${debit}`, amount);
    if (kind === "payout_return") add(moved, `payout ${credit}`, -amount);
  }
  for (const key of new Set([...expected.keys(), ...moved.keys()])) {
    const [asked, transferred] = [expected.get(key) ?? 0, moved.get(key) ?? 0];
    promise(asked === transferred, () => `${key}: ${transferred} moved for ${asked}`);
  }
}

/** Exactly the deliveries of tasks that are competed for are evaluated. */
function checkEvaluations(market: MemoryMarket): void {
  let evaluated = 0;
  for (const { id, taskId } of market.submissions) {
    const evaluation = market.evaluations.get(id);
    const isCompetedFor = market.tasks.get(taskId)?.intake === "proposals";
    promise(isCompetedFor === (evaluation !== undefined), () => `submission ${id} has no evaluation, or one too many`);
    if (evaluation === undefined) continue;
    evaluated++;
    const isPending = evaluation.state === "pending";
    promise(isPending === (evaluation.finishedAt === null), () => `${evaluation.state} evaluation of ${id}`);
    promise(isPending || evaluation.attempts > 0, () => `${id} was evaluated without an attempt`);
  }
  promise(evaluated === market.evaluations.size, () => "an evaluation of nothing");
}

/** An agent stands where the last word on it has put it. */
function checkApprovals(market: MemoryMarket): void {
  const last = new Map(market.approvalDecisions.map(({ agentId, approval }) => [agentId, approval]));
  for (const { id, approval } of market.parties.values()) {
    const word = last.get(id);
    const isRight = word === undefined ? approval === "none" || approval === "pending" : approval === word;
    promise(isRight, () => `${id} is ${approval}, the last word was ${word}`);
  }
}
