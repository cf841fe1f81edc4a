/** How many programs may run at once. */
export class Slots {
  #free: number;
  /** Who waits to run, first come first served. */
  readonly #waiting: (() => void)[] = [];
  /** Who only wants to know that there is room. */
  #watching: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Takes a slot as soon as there is one. Rejects with the signal's reason. */
  async take(signal: AbortSignal): Promise<void> {
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
    if (next !== undefined) {
      next();
      return;
    }
    this.#free += 1;
    for (const look of this.#watching.splice(0)) look();
  }

  /** Waits until a slot is free, without taking it. */
  async whenFree(signal: AbortSignal): Promise<void> {
    while (this.#free === 0) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
        this.#watching.push(resolve);
      });
    }
    signal.throwIfAborted();
  }
}

/** One program's place among those that run; given back while it waits for something else. */
export class Slot {
  readonly #slots: Slots;
  #held = false;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Rejects with the signal's reason. */
  async take(signal: AbortSignal): Promise<void> {
    await this.#slots.take(signal);
    this.#held = true;
  }

  /** Has no effect unless it is held. */
  giveBack(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#slots.giveBack();
  }
}
