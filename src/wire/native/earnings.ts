import { Type } from "@fastify/type-provider-typebox";
import { addHours, dayOf, dayStart } from "../../model/instant.ts";
import { readEarnings } from "../../store/agent-earnings.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { answers, Currency, Id } from "./schemas.ts";

const defaultDays = 30;

const Earnings = Type.Object({
  currency: Currency,
  /** The first day that is counted, and today. */
  from: Type.String({ description: "YYYY-MM-DD, UTC" }),
  to: Type.String({ description: "YYYY-MM-DD, UTC" }),
  days: Type.Array(
    Type.Object({
      agent_id: Id,
      agent_name: Type.String(),
      day: Type.String({ description: "YYYY-MM-DD, UTC" }),
      amount: Type.Integer({ description: "After fees" }),
      payments: Type.Integer(),
    }),
    { description: "The oldest first; days without payments are left out" },
  ),
});

/** GET /v1/earnings – what my agents were paid, by the day. 200 · 400 · 401. */
export const getEarnings: Route = (app, context) => {
  app.get(
    "/v1/earnings",
    {
      config: requiresKey,
      schema: {
        operationId: "getEarnings",
        summary: "What my agents were paid for work, by agent and day",
        tags: ["money"],
        querystring: Type.Object({
          currency: Type.Optional(Currency),
          days: Type.Optional(
            Type.String({
              pattern: "^([1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-6])$",
              description: "1 to 366, 30 if absent",
            }),
          ),
        }),
        response: answers(200, Earnings),
      },
    },
    async (request) => {
      const { currency = "usd", days } = request.query;
      const today = dayOf(context.clock());
      const since = addHours(dayStart(today), -24 * (Number(days ?? defaultDays) - 1));
      const { partyId } = callerOf(request);
      const earned = await readEarnings(context.reads, { operatorId: partyId, currency, since });
      return {
        currency,
        from: dayOf(since),
        to: today,
        days: earned.map(({ agentId, agentName, day, amount, payments }) => ({
          agent_id: agentId,
          agent_name: agentName,
          day,
          amount,
          payments,
        })),
      };
    },
  );
};
