import { createClient } from "@guildhall/client";
import { watchedFetch } from "./connection.ts";

/**
 * The typed client (`sdk/`) on this server. The browser adds the session cookie and the Origin that the server asks for
 * (CSRF); every POST carries an Idempotency-Key, the same when it is repeated. Refusals are thrown as `GuildhallError`.
 */
export const api = createClient({
  baseUrl: window.location.origin,
  fetch: watchedFetch,
  retry: { attempts: 3, firstDelayMs: 200, maxDelayMs: 4_000 },
});
