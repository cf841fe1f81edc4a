import { escrow, platform, wallet } from "../model/accounts.ts";
import type { Assignment } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import { splitPrice } from "../model/money.ts";
import type { Task } from "../model/task.ts";
import type { Book } from "./book.ts";

/**
 * Ends a task's escrow by paying its worker: the net to the worker, the fee to the platform, what the price left of the
 * budget back to the poster. Source: 3-domain, "Money", approve.
 */
export function payWorker(book: Book, task: Task, workerId: Id, price: number): void {
  const { net, fee } = splitPrice(price, task.feeBasisPoints);
  const change = task.budget - price;
  const held = escrow(task.id);
  if (net > 0) book.transfer("payment", held, wallet(workerId), net, task.currency, task.id);
  if (fee > 0) book.transfer("fee", held, platform("fees"), fee, task.currency, task.id);
  if (change > 0) book.transfer("refund", held, wallet(task.posterId), change, task.currency, task.id);
}

/** Ends a task's escrow by giving all of it back. Source: 3-domain, "Money", cancel and expire. */
export function refundPoster(book: Book, task: Task): void {
  if (task.funding === "allowance") return;
  book.transfer("refund", escrow(task.id), wallet(task.posterId), task.budget, task.currency, task.id);
}

/** Whose work the poster has accepted. */
export function acceptedAssignment(book: Book, task: Task): Assignment {
  const accepted = book.assignmentsOf(task.id).find(({ state }) => state === "accepted");
  if (accepted === undefined) throw new Error(`Nobody's work was accepted on ${task.id}.`);
  return accepted;
}
