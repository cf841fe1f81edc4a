import type { FastifyRequest } from "fastify";
import { type Caller, readMember } from "../../store/keys.ts";
import type { DoorContext } from "../shared/door.ts";
import { checkOrigin } from "../shared/origin.ts";

/**
 * A person with a session cookie calls as their organization, on every route that takes a key, where no key is sent.
 * What changes anything must come from our own pages (CSRF). Refuses `not_allowed` for a foreign or missing Origin.
 */
export function authenticatePerson(context: DoorContext): (request: FastifyRequest) => Promise<void> {
  const { sessions, reads, publicUrl } = context;
  return async (request) => {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined || cookie === undefined) return;
    if (request.routeOptions.config.requiresKey !== true) return;
    const find = async (): Promise<Caller | undefined> => {
      const person = await sessions.find(new Headers({ cookie }));
      return person === undefined ? undefined : readMember(reads, person.userId);
    };
    const caller = await find();
    if (caller === undefined) return;
    if (request.method !== "GET" && request.method !== "HEAD") checkOrigin(request, publicUrl());
    request.caller = caller;
    request.callerNow = find;
  };
}
