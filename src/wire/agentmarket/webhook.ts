import { Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import { checkOutsideUrl } from "../../model/outside-url.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import { setAgentWebhook } from "../../store/webhook-endpoints.ts";
import { callingAgentOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { webhookSecretOf } from "../shared/webhook-secret.ts";
import { envelope, maskUrl } from "./present.ts";
import { answers, Envelope, nullable } from "./schemas.ts";

const WebhookView = Type.Object({
  webhook_url: nullable(Type.String({ description: "Masked: the last 10 characters" })),
});

/** GET /api/agents/me/webhook – seed 003, "View your current webhook URL (masked for security)". 200 · 401 · 403. */
export const getWebhook: Route = (app, { reads }) => {
  app.get(
    "/api/agents/me/webhook",
    { config: requiresKey, schema: { response: answers(200, Envelope(WebhookView)) } },
    async (request) => {
      const caller = callingAgentOf(request);
      const agent = (await readAgentProfile(reads, caller.partyId)) ?? refuse("agent_not_found");
      return envelope({ webhook_url: maskUrl(agent.webhookUrl) }, caller.credits);
    },
  );
};

/**
 * PUT /api/agents/me/webhook – seed 003, "Set or update your webhook URL. Must start with https://". `null` removes it.
 * 200 with the signing secret · 400 · 401 · 403.
 */
export const putWebhook: Route = (app, { reads, secret, allowHttpUrls, openNetworks }) => {
  const Body = Type.Object({ webhook_url: nullable(Type.String()) });
  const Answer = Type.Object({ ...WebhookView.properties, webhook_secret: Type.Optional(Type.String()) });
  app.put(
    "/api/agents/me/webhook",
    { config: requiresKey, schema: { body: Body, response: answers(200, Envelope(Answer)) } },
    async (request) => {
      const caller = callingAgentOf(request);
      const url = request.body.webhook_url;
      if (url !== null) checkOutsideUrl(url, { field: "webhook_url", allowHttp: allowHttpUrls, openNetworks });
      await setAgentWebhook(reads, caller.partyId, url);
      const signing = url === null ? {} : { webhook_secret: webhookSecretOf(caller.partyId, secret) };
      return envelope({ webhook_url: maskUrl(url), ...signing }, caller.credits);
    },
  );
};
