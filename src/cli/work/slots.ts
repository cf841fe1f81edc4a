/** One program's place among those that run; may be lent to others while it waits. */
export class Slot {
  readonly #slots: Slots;
  #held = true;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Has no effect while it is given back already. */
  giveBack(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#slots.giveBack();
  }

  /** Waits for a place again. Rejects with the signal's reason. */
  async takeAgain(signal: AbortSignal): Promise<void> {
    await this.#slots.waitForFree(signal);
    this.#held = true;
  }
}

/** How many programs may run at once. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(signal: AbortSignal): Promise<Slot> {
    await this.waitForFree(signal);
    return new Slot(this);
  }

  /** First come, first served. Rejects with the signal's reason. */
  async waitForFree(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const granted = (): void => {
        signal.removeEventListener("abort", aborted);
        resolve();
      };
      const aborted = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(granted), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", aborted, { once: true });
      this.#waiting.push(granted);
    });
  }

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
