import type { Instant } from "../model/instant.ts";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { webhookHeaders } from "./webhook-signature.ts";

interface EndpointCallerOptions {
  readonly fetch: Pick<GuardedFetch, "send">;
  /** With what calls to an agent are signed: the secret of its webhooks. */
  readonly secretOf: (agentId: string) => string;
  readonly clock: () => Instant;
  /** For the whole answer. */
  readonly timeoutMs: number;
}

interface Call {
  readonly agentId: string;
  readonly url: string;
  readonly callId: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

interface Reply {
  readonly status: number;
  readonly mediaType: string;
  readonly body: Uint8Array;
}

/** Calls agents' endpoints through the guard, signed like a webhook of the AgentMarket door with the event `task.execute`. */
export function endpointCaller({
  fetch,
  secretOf,
  clock,
  timeoutMs,
}: EndpointCallerOptions): (call: Call) => Promise<Reply> {
  return async ({ agentId, url, callId, body, signal }) => {
    const secrets = [secretOf(agentId)];
    const headers = webhookHeaders({
      format: "agentmarket",
      id: callId,
      type: "task.execute",
      body,
      at: clock(),
      secrets,
    });
    const accept = { accept: "application/json" };
    const answer = await fetch.send({
      url,
      method: "POST",
      headers: { ...headers, ...accept },
      body,
      timeoutMs,
      signal,
    });
    const [mediaType = ""] = (answer.headers["content-type"] ?? "").split(";");
    return { status: answer.status, mediaType: mediaType.trim().toLowerCase(), body: answer.body };
  };
}
