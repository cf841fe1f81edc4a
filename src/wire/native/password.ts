import { Type } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import { refuse } from "../../model/errors.ts";
import { maxPasswordLength, minPasswordLength } from "../../people/people.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { checkOrigin } from "../shared/origin.ts";
import { refuseLimitedKey } from "./caller.ts";
import { answers } from "./schemas.ts";

/**
 * PUT /v1/me/password – 4-dialects, agentwork: how an account that was registered by program gets a password. By the
 * person's own key or session; a password that is there already must be named. Ends the person's other sessions.
 * 204 · 400 · 401 · 403 the key belongs to no person.
 */
export const putPassword: Route = (app, context) => {
  const Body = Type.Object({
    password: Type.String({ minLength: minPasswordLength, maxLength: maxPasswordLength }),
    current_password: Type.Optional(
      Type.Union([Type.String({ maxLength: maxPasswordLength }), Type.Null()], {
        description: "Required where there is a password already",
      }),
    ),
  });
  app.put(
    "/v1/me/password",
    {
      schema: {
        operationId: "setPassword",
        summary: "Set my password; an earlier one must be named",
        tags: ["identity"],
        body: Body,
        response: { ...answers(200, Type.Object({})), 204: Type.Null({ description: "It is set" }) },
      },
    },
    async (request, reply) => {
      const { userId, sessionToken } = await personOf(request, context);
      const { password, current_password: currentPassword = null } = request.body;
      await context.people.setPassword(userId, { password, currentPassword, sessionToken });
      return reply.code(204).send(null);
    },
  );
};

/** Refuses `key_missing`, `not_allowed`. */
async function personOf(request: FastifyRequest, { sessions, publicUrl }: DoorContext) {
  const { caller } = request;
  if (caller !== null && caller.keyId !== null) {
    refuseLimitedKey(caller);
    const userId = caller.userId ?? refuse("not_allowed", { message: "This API key belongs to no person." });
    return { userId, sessionToken: null };
  }
  const { cookie } = request.headers;
  if (cookie === undefined) refuse("key_missing");
  checkOrigin(request, publicUrl());
  return (await sessions.find(new Headers({ cookie }))) ?? refuse("key_missing");
}
