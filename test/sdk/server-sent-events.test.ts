import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventStreamReader, type ServerSentEvent } from "../../sdk/src/server-sent-events.ts";

/** A stream whose bytes come in pieces of the given lengths, then the rest. */
function streamOf(text: string, lengths: readonly number[] = []): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      let at = 0;
      for (const length of lengths) {
        controller.enqueue(bytes.slice(at, at + length));
        at += length;
      }
      controller.enqueue(bytes.slice(at));
      controller.close();
    },
  });
}

async function messagesOf(text: string, lengths?: readonly number[], reader = new EventStreamReader()) {
  const messages: ServerSentEvent[] = [];
  for await (const message of reader.read(streamOf(text, lengths))) messages.push(message);
  return messages;
}

const sample =
  ': hello\nretry: 1500\n\nid: 1\nevent: task.posted\ndata: {"a":\ndata: 1}\n\ndata:x\r\n\r\nid: 3\rdata: ü€😀\r\rdata: cut off';

describe("the reader of event streams", () => {
  it("reads ids, types and data over several lines, whatever ends the lines, and drops what is cut off", async () => {
    const reader = new EventStreamReader("0");
    expect(await messagesOf(sample, [], reader)).toEqual([
      { id: "1", event: "task.posted", data: '{"a":\n1}' },
      { id: "1", event: "message", data: "x" },
      { id: "3", event: "message", data: "ü€😀" },
    ]);
    expect(reader.retryMs).toBe(1_500);
    expect(reader.lastEventId).toBe("3");
  });

  it("reads the same wherever the pieces are cut", async () => {
    const whole = await messagesOf(sample);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 60 }), async (lengths) => {
        expect(await messagesOf(sample, lengths)).toEqual(whole);
      }),
    );
  });

  it("keeps the id it was given until there is another, and none that holds NUL", async () => {
    expect(await messagesOf("data: a\n\nid: 9\u00001\ndata: b\n\n", [], new EventStreamReader("7"))).toEqual([
      { id: "7", event: "message", data: "a" },
      { id: "7", event: "message", data: "b" },
    ]);
  });
});
