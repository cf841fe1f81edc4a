/** One message of a `text/event-stream`. */
export interface ServerSentEvent {
  /** The last id seen, also if this message has none of its own. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Reads a stream as the HTML standard says (section 9.2.6). What follows the last blank line is not a message. */
export class EventStreamReader {
  /** Asked for by the server, in milliseconds; null until it is. */
  retryMs: number | null = null;
  lastEventId: string;

  constructor(lastEventId = "") {
    this.lastEventId = lastEventId;
  }

  async *read(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent, void, undefined> {
    let event = "";
    let data: string[] = [];
    for await (const line of linesOf(body)) {
      if (line === "") {
        if (data.length > 0) yield { id: this.lastEventId, event: event || "message", data: data.join("\n") };
        event = "";
        data = [];
        continue;
      }
      const [field, value] = fieldOf(line);
      if (field === "data") data.push(value);
      else if (field === "event") event = value;
      else if (field === "id" && !value.includes("\u0000")) this.lastEventId = value;
      else if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
    }
  }
}

function fieldOf(line: string): readonly [field: string, value: string] {
  const colon = line.indexOf(":");
  if (colon === -1) return [line, ""];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
}

/** Lines end with LF, CRLF or CR, wherever the chunks are cut. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let endedByCr = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      for (let end = rest.search(/[\r\n]/); end !== -1; end = rest.search(/[\r\n]/)) {
        const isSecondHalf = endedByCr && end === 0 && rest[0] === "\n";
        endedByCr = rest[end] === "\r";
        const line = rest.slice(0, end);
        rest = rest.slice(end + 1);
        if (!isSecondHalf) yield line;
      }
      if (rest !== "") endedByCr = false;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
