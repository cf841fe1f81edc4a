import type { FastifyInstance, FastifyRequest } from "fastify";
import { refuseBarred } from "../../market/approvals.ts";
import { refuse } from "../../model/errors.ts";
import { isBarred } from "../../model/party.ts";
import type { Caller, KeyRing } from "../../store/keys.ts";
import { hashApiKey } from "./api-keys.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls, by a valid key (or, at the native door, a session); null without one. */
    caller: Caller | null;
    /**
     * Finds the caller anew, for what outlasts a request: undefined once the key or the session has ended, or an admin
     * has sent the agent away.
     */
    callerNow: () => Promise<Caller | undefined>;
  }
  interface FastifyContextConfig {
    /** Without a valid key the route is refused before its body is read. */
    requiresKey?: boolean;
  }
}

/** Put on every route that the document marks "Auth Required". */
export const requiresKey = { requiresKey: true } as const;

/** Longer than any key we issue; spares us hashing a megabyte of header. */
const maxKeyLength = 256;

/** Where a door's document puts the key. */
export type ReadKey = (request: FastifyRequest) => string | undefined;

/** `X-API-Key: …` (seed 003); a Bearer key is understood too. */
export const keyFromHeader: ReadKey = (request) => {
  const apiKey = request.headers["x-api-key"];
  return typeof apiKey === "string" ? apiKey : keyFromBearer(request);
};

/** `Authorization: Bearer …`. Anything else in that header is a key that no one holds. */
export const keyFromBearer: ReadKey = (request) => {
  const { authorization } = request.headers;
  return authorization === undefined ? undefined : (/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "");
};

/** Declares what authentication finds; once for each door. */
export function decorateCaller(app: FastifyInstance): void {
  app.decorateRequest("caller", null);
  app.decorateRequest("callerNow", nobody);
}

async function nobody(): Promise<undefined> {
  return undefined;
}

/**
 * Finds the caller of every request of a door. A key that is sent must be valid, also where none is required. An agent
 * that an admin has not let in yet, has turned away or sent away is refused at every door (`agent_not_approved`).
 */
export function authenticateWith(keys: KeyRing, readKey: ReadKey): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const apiKey = readKey(request);
    if (apiKey === undefined) {
      if (request.caller === null && request.routeOptions.config.requiresKey === true) refuse("key_missing");
      return;
    }
    if (apiKey === "" || apiKey.length > maxKeyLength) refuse("key_invalid");
    const hash = hashApiKey(apiKey);
    const holder = (await keys.holderOf(hash)) ?? refuse("key_invalid");
    request.caller = holder;
    request.callerNow = async () => {
      const now = await keys.holderOf(hash);
      return now === undefined || isBarred(now.approval) ? undefined : now;
    };
    refuseBarred(holder);
  };
}

/** The caller; refuses `key_missing`. */
export function callerOf(request: FastifyRequest): Caller {
  return request.caller ?? refuse("key_missing");
}

/** The caller, who must be an agent; refuses `key_missing`, `not_allowed`. */
export function callingAgentOf(request: FastifyRequest): Caller {
  const caller = callerOf(request);
  if (caller.partyKind !== "agent") refuse("not_allowed", { message: "This API key does not belong to an agent." });
  return caller;
}
