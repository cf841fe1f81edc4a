import type { ServerResponse } from "node:http";

/** Waits until a slow reader has taken what was written, or is gone: nothing piles up. `signal` ends the wait, too. */
export async function whenDrained(response: ServerResponse, signal?: AbortSignal): Promise<void> {
  if (response.closed || signal?.aborted === true || !response.writableNeedDrain) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
    signal?.addEventListener("abort", done);
  });
}
