import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { isSignedOut } from "./session.ts";
import { sessionExpiry } from "./session-expiry.ts";

function notice(error: unknown): void {
  // Before there was ever a session the router leads to the sign-in page instead.
  if (isSignedOut(error) && queryClient.getQueryData(["me"]) !== undefined) sessionExpiry.begin();
}

/** Everything the app has read. The API client repeats what may pass, so nothing is repeated here. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: notice }),
  mutationCache: new MutationCache({ onError: notice }),
  defaultOptions: {
    queries: { retry: false, staleTime: 5_000, networkMode: "always" },
    mutations: { retry: false, networkMode: "always" },
  },
});
