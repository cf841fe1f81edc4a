import { createHmac } from "node:crypto";
import { Type } from "@fastify/type-provider-typebox";
import { issueKey } from "../../market/issue-key.ts";
import { refuse } from "../../model/errors.ts";
import type { IdempotencyKey } from "../../store/idempotency.ts";
import { apiKeyForNewAccount, apiKeyForRequest, storedHalf } from "../shared/api-keys.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { answers, Email, IssuedKey, Name, nullable, Registered } from "./schemas.ts";

/** Seed 001, "key_prefix". */
const prefixLength = 16;
const defaultKeyName = "API Key";

/** POST /api/v1/auth/register – seed 001, "Create a new account and get an API key". 201 · 400 · 409 address taken. */
export const register: Route = (app, { people, secret }) => {
  const Registration = Type.Object({
    email: Email,
    name: Name,
    organization_name: Type.Optional(nullable(Name)),
  });
  app.post(
    "/api/v1/auth/register",
    { schema: { body: Registration, response: answers(201, Registered) } },
    async (request, reply) => {
      const { email, name, organization_name: organizationName = null } = request.body;
      const idempotency = idempotencyOf(request, "agentwork:register");
      const apiKey = apiKeyForNewAccount("agentwork", secret, idempotency);
      const created = await people.createAccount(
        { email, name, organizationName, key: (userId) => storedHalf(apiKey, "member", defaultKeyName, userId) },
        idempotency,
      );
      reply.code(201);
      return {
        api_key: apiKey,
        key_prefix: shownPrefix(apiKey),
        organization_id: created.organizationId,
        organization_short_id: created.organizationShortId,
        user_id: created.userId,
      };
    },
  );
};

/**
 * POST /api/v1/auth/api-key – seed 001, "Exchange existing credentials for a new API key". 200 · 400 no organization ·
 * 401 unknown address, no password or the wrong one, which look and time the same.
 */
export const exchangeCredentials: Route = (app, { people, engine, secret }) => {
  const Credentials = Type.Object({
    email: Email,
    password: Type.String({ minLength: 1, maxLength: 1_000 }),
    key_name: Type.Optional(nullable(Name)),
  });
  app.post(
    "/api/v1/auth/api-key",
    { schema: { body: Credentials, response: answers(200, IssuedKey) } },
    async (request) => {
      const { email, password, key_name: keyName } = request.body;
      const account = (await people.verifyPassword(email, password)) ?? refuse("credentials_invalid");
      const { userId, organizationId, organizationShortId } = account;
      if (organizationId === null) refuse("no_organization");
      const idempotency = sealed(idempotencyOf(request, `agentwork:api-key:${userId}`), secret);
      const apiKey = apiKeyForRequest("agentwork", secret, idempotency);
      const key = storedHalf(apiKey, "member", keyName ?? defaultKeyName, userId);
      await engine.execute(issueKey, { partyId: organizationId, key }, { idempotency });
      return {
        api_key: apiKey,
        key_prefix: shownPrefix(apiKey),
        organization_id: organizationId,
        organization_short_id: organizationShortId ?? "",
      };
    },
  );
};

/** The body holds a password: what is stored of it must be of no use to somebody who guesses. */
function sealed(idempotency: IdempotencyKey | undefined, secret: string): IdempotencyKey | undefined {
  if (idempotency === undefined) return undefined;
  const fingerprint = createHmac("sha256", secret).update(`fingerprint\n${idempotency.fingerprint}`).digest("hex");
  return { ...idempotency, fingerprint };
}

function shownPrefix(apiKey: string): string {
  return `${apiKey.slice(0, prefixLength)}...`;
}
