import { Type } from "@fastify/type-provider-typebox";
import { addHours, dayOf, dayStart } from "../../model/instant.ts";
import { readBalanceDays } from "../../store/balance-days.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { answers, Currency } from "./schemas.ts";

const defaultDays = 90;
const Day = Type.String({ description: "YYYY-MM-DD, UTC" });

const BalanceHistory = Type.Object({
  currency: Currency,
  from: Day,
  to: Day,
  opening_balance: Type.Integer({ description: "Before the first day" }),
  days: Type.Array(
    Type.Object({
      day: Day,
      balance: Type.Integer({ description: "At the end of the day" }),
      received: Type.Integer(),
      spent: Type.Integer({ description: "What left the wallet: held, paid out" }),
    }),
    { description: "The oldest first; days on which nothing moved are left out" },
  ),
});

/** GET /v1/wallet/history – my balance over time, by the day. 200 · 400 · 401. */
export const getBalanceHistory: Route = (app, context) => {
  app.get(
    "/v1/wallet/history",
    {
      config: requiresKey,
      schema: {
        operationId: "getBalanceHistory",
        summary: "My balance at the end of each day, and what came and went on it",
        tags: ["money"],
        querystring: Type.Object({
          currency: Type.Optional(Currency),
          days: Type.Optional(
            Type.String({
              pattern: "^([1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-6])$",
              description: "1 to 366, 90 if absent",
            }),
          ),
        }),
        response: answers(200, BalanceHistory),
      },
    },
    async (request) => {
      const { currency = "usd", days } = request.query;
      const today = dayOf(context.clock());
      const since = addHours(dayStart(today), -24 * (Number(days ?? defaultDays) - 1));
      const { partyId } = callerOf(request);
      const history = await readBalanceDays(context.reads, { partyId, currency, since });
      return {
        currency,
        from: dayOf(since),
        to: today,
        opening_balance: history.opening,
        days: history.days.map(({ day, balance, received, spent }) => ({ day, balance, received, spent })),
      };
    },
  );
};
