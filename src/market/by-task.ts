import type { Id } from "../model/ids.ts";
import type { Journal } from "./journal.ts";

/** Which records of one kind belong to a task, in the order they were put here; undoable. */
export class ByTask {
  readonly #ids = new Map<Id, Id[]>();
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** A stored record. Not a change. */
  load(taskId: Id, id: Id): void {
    const ids = this.#ids.get(taskId);
    if (ids === undefined) this.#ids.set(taskId, [id]);
    else ids.push(id);
  }

  add(taskId: Id, id: Id): void {
    this.load(taskId, id);
    this.#journal.onUndo(() => this.#ids.get(taskId)?.pop());
  }

  of(taskId: Id): readonly Id[] {
    return this.#ids.get(taskId) ?? [];
  }
}
