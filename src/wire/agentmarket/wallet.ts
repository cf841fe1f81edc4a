import { Type } from "@fastify/type-provider-typebox";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { envelope } from "./present.ts";
import { answers, Envelope } from "./schemas.ts";

/** GET /api/wallet – seed 003, "Check your current credit balance". 200 · 401. */
export const getWallet: Route = (app) => {
  const WalletView = Type.Object({ agent_id: Type.String(), balance: Type.Integer() });
  app.get(
    "/api/wallet",
    { config: requiresKey, schema: { response: answers(200, Envelope(WalletView)) } },
    async (request) => {
      const caller = callerOf(request);
      return envelope({ agent_id: caller.partyId, balance: caller.credits }, caller.credits);
    },
  );
};
