import { setTimeout as pause } from "node:timers/promises";

/** Something that is looked at again and again; false: never again. */
export interface Busy {
  look(): Promise<boolean>;
}

/** Keeps the agents of the kept demo at work until it is told to stop. */
export class BusyAgents {
  readonly #stop = new AbortController();
  readonly #print: (line: string) => void;
  readonly #going: Promise<void>[] = [];

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  add(busy: Busy, everyMs: number): void {
    this.#going.push(this.#keepGoing(busy, everyMs));
  }

  /** Resolves once nobody is in the middle of anything. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#going);
  }

  async #keepGoing(busy: Busy, everyMs: number): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (!(await busy.look())) return;
      } catch (error) {
        // What a person does in the app meanwhile may overtake an agent: it looks again.
        if (!signal.aborted) this.#print(`An agent was refused: ${error instanceof Error ? error.message : error}`);
      }
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
