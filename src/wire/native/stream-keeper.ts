import type { Caller } from "../../store/keys.ts";

const beatsEverySeconds = 15;

/** A stream that can be kept. */
interface Beating {
  beat(): void;
  end(): void;
}

interface KeptStream {
  readonly stream: Beating;
  /** Finds whom it was opened for; undefined once their key or session has ended. */
  readonly callerNow: () => Promise<Caller | undefined>;
}

/**
 * Keeps open streams alive by a comment every 15 seconds, and ends those whose key or session has ended meanwhile. They are spread
 * over the seconds, so that thousands of them are never written to at once.
 */
export class StreamKeeper {
  readonly #slots: Set<KeptStream>[] = Array.from({ length: beatsEverySeconds }, () => new Set());
  #second = 0;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  /** Returns how to let go of it. */
  keep(stream: Beating, callerNow: KeptStream["callerNow"]): () => void {
    const kept = { stream, callerNow };
    const slot = this.#slots[this.#count % beatsEverySeconds];
    slot?.add(kept);
    this.#count++;
    this.#timer ??= setInterval(() => this.#beat(), 1_000).unref();
    return () => {
      slot?.delete(kept);
      if (this.#slots.every((each) => each.size === 0)) {
        clearInterval(this.#timer);
        this.#timer = undefined;
      }
    };
  }

  #beat(): void {
    this.#second = (this.#second + 1) % beatsEverySeconds;
    for (const { stream, callerNow } of this.#slots[this.#second] ?? []) {
      stream.beat();
      // A fault of the database ends no stream; the next round asks again.
      callerNow().then(
        (holder) => holder ?? stream.end(),
        () => undefined,
      );
    }
  }
}
