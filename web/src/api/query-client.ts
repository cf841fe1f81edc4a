import { MutationCache, notifyManager, QueryCache, QueryClient } from "@tanstack/react-query";
import { isSignedOut } from "./session.ts";
import { sessionExpiry } from "./session-expiry.ts";

// By default it is told a turn later that something is being sent: the second click of a double click would send it again.
notifyManager.setScheduler(queueMicrotask);

/** Asks to sign in again if this error says that the session has ended; for what is not sent as a query or a mutation. */
export function noticeSignedOut(error: unknown): void {
  // Before there was ever a session the router leads to the sign-in page instead.
  if (isSignedOut(error) && queryClient.getQueryData(["me"]) !== undefined) sessionExpiry.begin();
}

/** Everything the app has read. The API client repeats what may pass, so nothing is repeated here. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    queries: { retry: false, staleTime: 5_000, networkMode: "always" },
    mutations: { retry: false, networkMode: "always" },
  },
});
