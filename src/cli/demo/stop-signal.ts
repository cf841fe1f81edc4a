const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Whether the demo has been told to stop. It listens as long as the demo lasts: npm passes Ctrl-C on to a process that
 * the terminal has told already, and the second time must not cut off the tidying up.
 */
export class StopSignal {
  readonly #asked = new AbortController();
  readonly #ask = (): void => this.#asked.abort();

  constructor() {
    for (const signal of signals) process.on(signal, this.#ask);
  }

  /** Waits for `work`, or to be told to stop, which ends the wait with false. */
  async until(work: Promise<unknown>): Promise<boolean> {
    await Promise.race([work, this.happened()]);
    return !this.#asked.signal.aborted;
  }

  async happened(): Promise<void> {
    const { signal } = this.#asked;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }

  release(): void {
    for (const signal of signals) process.off(signal, this.#ask);
  }
}
