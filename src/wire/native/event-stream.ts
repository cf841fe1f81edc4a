import type { ServerResponse } from "node:http";
import type { TaskEvent } from "../../model/events.ts";
import type { Watcher } from "../../store/event-feed.ts";
import { isPublicEvent, presentEvent, presentPublicEvent } from "./present.ts";

/** Whose history it is: that of those involved, or what anybody may know of a public task. */
export type Audience = "party" | "public";

export interface EventStreamOptions {
  readonly response: ServerResponse;
  readonly audience: Audience;
  /** Whether the reader may see nothing after this event: its work on the task has ended. */
  readonly endsAfter: (event: TaskEvent) => boolean;
  readonly onEnd: () => void;
  readonly maxBufferedBytes?: number;
}

/** More than a slow reader may leave unread; it is disconnected and resumes with Last-Event-ID. */
const defaultMaxBufferedBytes = 1_048_576;
const heartbeatComment = Buffer.from(":\n\n");

/** One reader's server-sent events. */
export class EventStream implements Watcher {
  readonly #options: EventStreamOptions;
  readonly #maxBufferedBytes: number;
  #ended = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#maxBufferedBytes = options.maxBufferedBytes ?? defaultMaxBufferedBytes;
    const { response } = options;
    response.once("close", () => this.#finish());
    response.on("error", () => this.#finish());
  }

  deliver(events: readonly TaskEvent[]): void {
    const { response, audience, endsAfter } = this.#options;
    if (this.#ended) return;
    const last = events.findIndex(endsAfter);
    const shown = last === -1 ? events : events.slice(0, last + 1);
    const bytes = encode(shown, audience);
    if (bytes.length > 0) response.write(bytes);
    if (last !== -1) this.end();
    else if (response.writableLength > this.#maxBufferedBytes) this.#drop();
  }

  async ready(): Promise<void> {
    const { response } = this.#options;
    if (this.#ended || !response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        response.off("drain", done);
        response.off("close", done);
        resolve();
      };
      response.on("drain", done);
      response.on("close", done);
    });
  }

  /** A comment, so that nobody between us and the reader takes the silence for an end. */
  beat(): void {
    if (this.#ended) return;
    this.#options.response.write(heartbeatComment);
    if (this.#options.response.writableLength > this.#maxBufferedBytes) this.#drop();
  }

  end(): void {
    if (this.#ended) return;
    this.#options.response.end();
    this.#finish();
  }

  /** What is buffered would take too long to send. */
  #drop(): void {
    this.#options.response.destroy();
    this.#finish();
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd();
  }
}

/** All readers of an audience are sent the same bytes, written out once. */
const encoded: Readonly<Record<Audience, WeakMap<readonly TaskEvent[], Buffer>>> = {
  party: new WeakMap(),
  public: new WeakMap(),
};

function encode(events: readonly TaskEvent[], audience: Audience): Buffer {
  const known = encoded[audience].get(events);
  if (known !== undefined) return known;
  const shown = audience === "party" ? events : events.filter(isPublicEvent);
  const present = audience === "party" ? presentEvent : presentPublicEvent;
  const text = shown.map(
    (event) => `id: ${event.number}\nevent: ${event.type}\ndata: ${JSON.stringify(present(event))}\n\n`,
  );
  const bytes = Buffer.from(text.join(""));
  encoded[audience].set(events, bytes);
  return bytes;
}
