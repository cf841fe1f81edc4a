/**
 * The standard `fetch` for a server that the operator chose, so any address will do. It follows no redirect, which would
 * carry the key along, and an answer beyond `maxBodyBytes` fails.
 */
export function boundedFetch(maxBodyBytes: number): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: "error" });
    if (response.body === null) return response;
    let left = maxBodyBytes;
    const limit = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        left -= chunk.byteLength;
        if (left < 0) controller.error(new Error("The answer is larger than it may be."));
        else controller.enqueue(chunk);
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(limit), { status, statusText, headers });
  };
}
