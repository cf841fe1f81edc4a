import type { FastifyRequest } from "fastify";
import { refuse } from "../../model/errors.ts";
import type { KeyHolder, KeyRing } from "../../store/keys.ts";
import { hashApiKey } from "./api-keys.ts";

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

/** Finds the caller of every request of a door. A key that is sent must be valid, also where none is required. */
export function authenticateWith(keys: KeyRing, readKey: ReadKey): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const apiKey = readKey(request);
    if (apiKey === undefined) {
      if (request.routeOptions.config.requiresKey === true) refuse("key_missing");
      return;
    }
    if (apiKey === "" || apiKey.length > maxKeyLength) refuse("key_invalid");
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
