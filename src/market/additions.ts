import type { Journal } from "./journal.ts";

/** Records of one kind that commands add to the book and never read or change; undoable. */
export class Additions<Row> {
  readonly #rows: Row[] = [];
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  add(row: Row): void {
    this.#rows.push(row);
    this.#journal.onUndo(() => this.#rows.pop());
  }

  all(): readonly Row[] {
    return this.#rows;
  }
}
