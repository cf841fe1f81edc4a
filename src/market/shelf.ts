import type { Journal } from "./journal.ts";

/** One kind of record in the book: what was loaded, and what commands added or changed, each step undoable. */
export class Shelf<Row> {
  readonly #rows = new Map<string, Row>();
  readonly #stored = new Map<string, Row>();
  readonly #added = new Set<string>();
  readonly #changed = new Set<string>();
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Puts a stored record on the shelf. Not a change. */
  load(key: string, row: Row): void {
    this.#rows.set(key, row);
    this.#stored.set(key, row);
  }

  /** Every record that commands added or changed, as it was stored (undefined: not at all) and as it is now. */
  *steps(): Generator<readonly [before: Row | undefined, after: Row]> {
    for (const [key, row] of this.#rows) {
      if (this.#added.has(key) || this.#changed.has(key)) yield [this.#stored.get(key), row];
    }
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  /** A record that did not exist before. */
  add(key: string, row: Row): void {
    if (this.#rows.has(key)) throw new Error(`The book already holds ${key}.`);
    this.#rows.set(key, row);
    this.#added.add(key);
    this.#journal.onUndo(() => {
      this.#rows.delete(key);
      this.#added.delete(key);
    });
  }

  /** A new version of a record that is on the shelf. */
  replace(key: string, row: Row): void {
    const before = this.#rows.get(key);
    if (before === undefined) throw new Error(`The book does not hold ${key}.`);
    const firstChange = !this.#added.has(key) && !this.#changed.has(key);
    this.#rows.set(key, row);
    if (firstChange) this.#changed.add(key);
    this.#journal.onUndo(() => {
      this.#rows.set(key, before);
      if (firstChange) this.#changed.delete(key);
    });
  }

  added(): Row[] {
    return this.#pick(this.#added);
  }

  changed(): Row[] {
    return this.#pick(this.#changed);
  }

  #pick(keys: Set<string>): Row[] {
    const rows: Row[] = [];
    for (const key of keys) {
      const row = this.#rows.get(key);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }
}
