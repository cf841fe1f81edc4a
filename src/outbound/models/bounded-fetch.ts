/** The server would not stop talking. */
export class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge";

  constructor() {
    super("The answer is larger than it may be.");
  }
}

/**
 * The standard `fetch` for a server that the operator chose, so any address will do. It follows no redirect, which would
 * carry the key along, and an answer beyond `maxBodyBytes` fails. `onBytes` is told whenever some of it arrive.
 */
export function boundedFetch(maxBodyBytes: number, onBytes?: () => void): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: "error" });
    if (response.body === null) return response;
    let left = maxBodyBytes;
    const limit = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onBytes?.();
        left -= chunk.byteLength;
        if (left < 0) controller.error(new AnswerTooLarge());
        else controller.enqueue(chunk);
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(limit), { status, statusText, headers });
  };
}
