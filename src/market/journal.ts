/** Remembers how to undo what the current command did to the book. */
export class Journal {
  #undos: (() => void)[] = [];

  onUndo(undo: () => void): void {
    this.#undos.push(undo);
  }

  /** The command stands: forget how to undo it. */
  keep(): void {
    this.#undos = [];
  }

  /** The command was refused: put everything back, newest change first. */
  undo(): void {
    for (const undo of this.#undos.reverse()) undo();
    this.#undos = [];
  }
}
