import type { ServerResponse } from "node:http";
import type { TaskEvent } from "../../model/events.ts";
import type { Watcher } from "../../store/event-feed.ts";
import { whenDrained } from "../shared/when-drained.ts";
import { type Audience, presentEventTo } from "./present.ts";

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

/** Bytes as they are, and as one chunk of a chunked body. */
interface Piece {
  readonly plain: Buffer;
  readonly framed: Buffer;
}

const heartbeatComment = frame(":\n\n");

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
    this.#write(encode(shown, audience));
    if (last !== -1) this.end();
    else if (response.writableLength > this.#maxBufferedBytes) this.#drop();
  }

  async ready(): Promise<void> {
    const { response } = this.#options;
    if (!this.#ended) await whenDrained(response);
  }

  /** A comment, so that nobody between us and the reader takes the silence for an end. */
  beat(): void {
    if (this.#ended) return;
    this.#write(heartbeatComment);
    if (this.#options.response.writableLength > this.#maxBufferedBytes) this.#drop();
  }

  end(): void {
    if (this.#ended) return;
    this.#options.response.end();
    this.#finish();
  }

  /**
   * The chunk's frame is made once for all readers and the whole goes out in one system call: a thousand of them would
   * otherwise take more than twice as long.
   */
  #write({ plain, framed }: Piece): void {
    const { response } = this.#options;
    if (plain.length === 0) return;
    if (response.chunkedEncoding && response.socket !== null) response.socket.write(framed);
    else response.write(plain);
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

/** All readers of an audience are sent the same bytes, written out once. Of competitors each is an audience alone. */
const encoded: Readonly<Record<Exclude<Audience, object>, WeakMap<readonly TaskEvent[], Piece>>> = {
  party: new WeakMap(),
  public: new WeakMap(),
};

function encode(events: readonly TaskEvent[], audience: Audience): Piece {
  if (typeof audience === "object") return write(events, audience);
  const known = encoded[audience].get(events);
  if (known !== undefined) return known;
  const piece = write(events, audience);
  encoded[audience].set(events, piece);
  return piece;
}

function write(events: readonly TaskEvent[], audience: Audience): Piece {
  const shown = events.flatMap((event) => presentEventTo(audience, event) ?? []);
  const text = shown.map((view) => `id: ${view.number}\nevent: ${view.type}\ndata: ${JSON.stringify(view)}\n\n`);
  return frame(text.join(""));
}

function frame(text: string): Piece {
  const plain = Buffer.from(text);
  const framed = Buffer.concat([Buffer.from(`${plain.length.toString(16)}\r\n`), plain, Buffer.from("\r\n")]);
  return { plain, framed };
}
