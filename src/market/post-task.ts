import { escrow, wallet } from "../model/accounts.ts";
import type { Id } from "../model/ids.ts";
import { addHours } from "../model/instant.ts";
import type { Currency } from "../model/money.ts";
import type { Intake, ReviewPolicy, Task, Visibility } from "../model/task.ts";
import { type Command, command } from "./command.ts";

export interface PostTask {
  readonly posterId: Id;
  readonly intake: Intake;
  readonly visibility: Visibility;
  readonly title: string;
  readonly description: string;
  readonly requiredCapabilities: readonly string[];
  readonly currency: Currency;
  readonly budget: number;
  readonly feeBasisPoints: number;
  readonly reviewPolicy: ReviewPolicy;
  readonly reviewHours: number;
  readonly maxRevisions: number;
  readonly timeLimitMinutes: number;
  /** How long the task stays on the board; null: until somebody ends it. */
  readonly expiresInHours: number | null;
}

/** A task as its poster sees it right after a command, with the poster's balance in the task's currency. */
export interface PostedTask {
  readonly task: Task;
  readonly balance: number;
}

/** Puts work on the board and its whole budget into escrow. Refuses `party_not_found`, `funds_insufficient`. */
export const postTask: Command<PostTask, PostedTask> = command({
  name: "post_task",
  loads: (input) => ({ parties: [input.posterId] }),
  decide(book, { expiresInHours, ...input }) {
    const poster = book.party(input.posterId);
    const id = book.newId();
    const expiresAt = expiresInHours === null ? null : addHours(book.now, expiresInHours);
    book.addTask({
      id,
      ...input,
      state: "open",
      price: null,
      expiresAt,
      reviewDueAt: null,
      createdAt: book.now,
      updatedAt: book.now,
      completedAt: null,
      eventCount: 0,
    });
    book.transfer("hold", wallet(poster.id), escrow(id), input.budget, input.currency, id);
    book.record(id, "task.posted", poster.id, { budget: input.budget, currency: input.currency });
    if (expiresAt !== null) book.watchDeadline("expire-tasks", expiresAt);
    return { task: book.task(id), balance: book.balance(poster.id, input.currency) };
  },
});
