/** Whether the server answers, as every request and stream of this tab last found it. */
let isReachable = true;
const listeners = new Set<() => void>();

function report(reachable: boolean): void {
  if (isReachable === reachable) return;
  isReachable = reachable;
  for (const listener of listeners) listener();
}

/** What a gateway answers for a server that is away. */
const awayStatuses = new Set([502, 503, 504]);

/** `fetch` that writes down whether there was an answer. */
export const watchedFetch: typeof fetch = async (...request) => {
  try {
    const response = await fetch(...request);
    report(!awayStatuses.has(response.status));
    return response;
  } catch (error) {
    // A browser says TypeError for every fault of the network; what is aborted is nobody's fault.
    if (error instanceof TypeError) report(false);
    throw error;
  }
};

/** For `useSyncExternalStore`. */
export const connection = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: (): boolean => isReachable,
};
