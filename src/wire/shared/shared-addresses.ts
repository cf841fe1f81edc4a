import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Refusal } from "../../model/errors.ts";

/**
 * `GET /api/v1/tasks` and `GET /api/v1/tasks/:id` mean one thing to Agentwork's clients and another to Nexwork's. The
 * key's prefix chooses the door (4-dialects, "Mounting"); everywhere else the address does.
 */

const nexworkKey = /^Bearer +nxw_/i;

const forNexworkKeys = { keyKind: "nexwork" } as const;

/** Put on Nexwork's routes at the shared addresses. Under the door's own name nothing is shared and any kind of key works. */
export function atSharedAddress({ prefix }: Pick<FastifyInstance, "prefix">) {
  return prefix === "" ? { constraints: forNexworkKeys } : {};
}

/** Lets the router look at the key. */
export const keyKindConstraint = {
  name: "keyKind",
  storage<Handler>() {
    const handlers = new Map<unknown, Handler>();
    return {
      get: (kind: unknown): Handler | null => handlers.get(kind) ?? null,
      set: (kind: unknown, handler: Handler): void => {
        handlers.set(kind, handler);
      },
    };
  },
  deriveConstraint: ({ headers }: Pick<IncomingMessage, "headers">): string =>
    hasNexworkKey({ headers }) ? forNexworkKeys.keyKind : "other",
};

/** Whether the key that came with a request looks like one of Nexwork's; nothing is known of whether it is valid. */
export function hasNexworkKey({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return nexworkKey.test(headers.authorization ?? "");
}

export function isSharedAddress({ method, url }: FastifyRequest): boolean {
  return (method === "GET" || method === "HEAD") && /^\/api\/v1\/tasks(\/[^/?]*)?\/?(\?|$)/.test(url);
}

/** Without a valid key nobody knows whose client it is that comes to a shared address: 401 in both languages. */
export function bothEnvelopes({ message }: Refusal) {
  return { status_code: 401, detail: message, error: { code: "UNAUTHORIZED", message } };
}
