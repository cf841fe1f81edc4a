import { errorOf } from "./errors.ts";
import { delayMs, pause, type RetryOptions } from "./retry.ts";
import { EventStreamReader } from "./server-sent-events.ts";

export interface FollowOptions {
  /** Only events after this one. */
  readonly lastEventId?: string;
  readonly signal?: AbortSignal;
}

interface StreamOptions extends FollowOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly send: typeof fetch;
  readonly retry: RetryOptions;
}

/**
 * The events of a stream as they come. When the connection breaks, or the server ends it, the stream is taken up again
 * after the last event seen. Refusals (4xx) are thrown; after the signal it ends without one.
 */
export async function* followEvents<Event>(options: StreamOptions): AsyncGenerator<Event, void, undefined> {
  const reader = new EventStreamReader(options.lastEventId);
  // Also ends the request when the reader of this generator stops.
  const closing = new AbortController();
  const signal = options.signal === undefined ? closing.signal : AbortSignal.any([options.signal, closing.signal]);
  try {
    for (let failures = 0; !signal.aborted; failures += 1) {
      if (failures > 0) await pause(Math.max(reader.retryMs ?? 0, delayMs(options.retry, failures)), signal);
      const body = await open(options, reader.lastEventId, signal);
      if (body === undefined) continue;
      try {
        for await (const message of reader.read(body)) {
          failures = 0;
          yield JSON.parse(message.data) as Event;
        }
      } catch (error) {
        if (error instanceof SyntaxError) throw error;
        // The connection broke: the next one goes on where this one was.
      }
    }
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
  } finally {
    closing.abort();
  }
}

/** Undefined when it may work another time. */
async function open(
  { url, headers, send }: StreamOptions,
  lastEventId: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array> | undefined> {
  let response: Response;
  try {
    response = await send(url, {
      headers: {
        ...headers,
        Accept: "text/event-stream",
        ...(lastEventId === "" ? {} : { "Last-Event-ID": lastEventId }),
      },
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    // A browser says TypeError for every fault of the network.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
  if (response.ok && response.body !== null) return response.body;
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    return undefined;
  }
  throw await errorOf(response);
}
