import type { KeyRing } from "../../store/keys.ts";
import type { EventStream } from "./event-stream.ts";

const beatsEverySeconds = 15;

interface KeptStream {
  readonly stream: EventStream;
  /** SHA-256 of the key it was opened with. */
  readonly keyHash: string;
}

/**
 * Keeps open streams alive by a comment every 15 seconds, and ends those whose key was revoked meanwhile. They are spread
 * over the seconds, so that thousands of them are never written to at once.
 */
export class StreamKeeper {
  readonly #keys: KeyRing;
  readonly #slots: Set<KeptStream>[] = Array.from({ length: beatsEverySeconds }, () => new Set());
  #second = 0;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** Returns how to let go of it. */
  keep(stream: EventStream, keyHash: string): () => void {
    const kept = { stream, keyHash };
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
    for (const { stream, keyHash } of this.#slots[this.#second] ?? []) {
      stream.beat();
      // A fault of the database ends no stream; the next round asks again.
      this.#keys.holderOf(keyHash).then(
        (holder) => holder ?? stream.end(),
        () => undefined,
      );
    }
  }
}
