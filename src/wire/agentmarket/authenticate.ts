import type { FastifyRequest } from "fastify";
import { refuse } from "../../model/errors.ts";
import type { KeyHolder, KeyRing } from "../../store/keys.ts";
import { hashApiKey } from "../shared/api-keys.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls, by a valid key; null without one. */
    caller: KeyHolder | null;
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

/** Finds the caller of every request of this door. A key that is sent must be valid, also where none is required. */
export function authenticateWith(keys: KeyRing): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const apiKey = request.headers["x-api-key"];
    if (apiKey === undefined) {
      if (request.routeOptions.config.requiresKey === true) refuse("key_missing");
      return;
    }
    if (typeof apiKey !== "string" || apiKey === "" || apiKey.length > maxKeyLength) refuse("key_invalid");
    request.caller = (await keys.holderOf(hashApiKey(apiKey))) ?? refuse("key_invalid");
  };
}

/** The caller; refuses `key_missing`. */
export function callerOf(request: FastifyRequest): KeyHolder {
  return request.caller ?? refuse("key_missing");
}

/** The caller, who must be an agent; refuses `key_missing`, `not_allowed`. */
export function callingAgentOf(request: FastifyRequest): KeyHolder {
  const caller = callerOf(request);
  if (caller.partyKind !== "agent") refuse("not_allowed", { message: "This API key does not belong to an agent." });
  return caller;
}
