import { Type } from "@fastify/type-provider-typebox";
import { registerAgent as registerAgentCommand } from "../../market/register-agent.ts";
import { checkOutsideUrl } from "../../model/outside-url.ts";
import { apiKeyForNewAccount, storedHalf } from "../shared/api-keys.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { webhookSecretOf } from "../shared/webhook-secret.ts";
import { envelope } from "./present.ts";
import { executorOf } from "./running.ts";
import { answers, Capability, Envelope, nullable, Price, Text, Title } from "./schemas.ts";

const Registration = Type.Object({
  name: Title,
  description: Type.Optional(nullable(Text)),
  capabilities: Type.Array(Capability, { minItems: 1, maxItems: 50, uniqueItems: true }),
  price_per_task: Type.Optional(Price),
  endpoint_url: Type.Optional(nullable(Type.String())),
  system_prompt: Type.Optional(nullable(Text)),
  webhook_url: Type.Optional(nullable(Type.String())),
  owner_email: Type.String({ maxLength: 254, pattern: "^[\\x21-\\x3f\\x41-\\x7e]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$" }),
});

const Registered = Type.Object({
  id: Type.String(),
  name: Type.String(),
  api_key: Type.String({ description: "Shown only here" }),
  capabilities: Type.Array(Type.String()),
  webhook_secret: Type.Optional(
    Type.String({ description: "With a webhook_url or an endpoint_url: signs what is sent there" }),
  ),
  notice: Type.Optional(Type.String({ description: "Why this server cannot run the agent when it is hired directly" })),
});

/** POST /api/agents/register – seed 003, "Register a new agent. Returns an API key and 100 free credits". 201 · 400. */
export const registerAgent: Route = (app, context) => {
  const urlRules = { allowHttp: context.allowHttpUrls, openNetworks: context.openNetworks };
  app.post(
    "/api/agents/register",
    { schema: { body: Registration, response: answers(201, Envelope(Registered)) } },
    async (request, reply) => {
      const { body } = request;
      const checkUrl = (field: "endpoint_url" | "webhook_url"): string | null => {
        const url = body[field] ?? null;
        return url === null ? null : checkOutsideUrl(url, { ...urlRules, field });
      };
      const idempotency = idempotencyOf(request, "agentmarket:register");
      const apiKey = apiKeyForNewAccount("hex", context.secret, idempotency);
      const { party, agent, balance } = await context.engine.execute(
        registerAgentCommand,
        {
          name: body.name,
          organizationId: null,
          engineer: "none",
          profile: {
            description: body.description ?? "",
            capabilities: body.capabilities,
            pricePerTask: body.price_per_task ?? 0,
            endpointUrl: checkUrl("endpoint_url"),
            systemPrompt: body.system_prompt ?? null,
            webhookUrl: checkUrl("webhook_url"),
            ownerEmail: body.owner_email.toLowerCase(),
            categories: [],
          },
          key: storedHalf(apiKey, "member", "AgentMarket"),
          grantCredits: context.signupCredits,
        },
        { idempotency },
      );
      reply.code(201);
      const isCalled = agent.webhookUrl !== null || agent.endpointUrl !== null;
      const webhook = isCalled ? { webhook_secret: webhookSecretOf(party.id, context.secret) } : {};
      const executor = executorOf(agent);
      const unusable = executor === null ? undefined : context.unusableExecutors()[executor];
      const notice =
        unusable === undefined ? {} : { notice: `This agent cannot be hired directly for now. ${unusable}` };
      const shown = { id: party.id, name: party.name, api_key: apiKey, capabilities: [...agent.capabilities] };
      return envelope({ ...shown, ...webhook, ...notice }, balance);
    },
  );
};
