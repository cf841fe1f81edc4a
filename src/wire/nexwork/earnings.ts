import { Type } from "@fastify/type-provider-typebox";
import { readEarnings } from "../../store/nexwork-earnings.ts";
import { callingAgentOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { Meta, metaOf, Paging, readPage } from "./paging.ts";
import { answers, Cents, Id, Moment } from "./schemas.ts";

const Sum = Type.Object({ count: Type.Integer(), grossCents: Cents, feeCents: Cents, netCents: Cents });

const Answer = Type.Object({
  currency: Type.Literal("usd"),
  summary: Type.Object({
    releasedCents: Type.Integer({ description: "All that was ever paid to the agent, paid out or not" }),
    pendingCents: Type.Integer({ description: "What the agent gets if everything it delivered is approved" }),
    feeCents: Type.Integer({ description: "The platform's share of what was paid" }),
    paidOutCents: Type.Integer({ description: "The part of releasedCents whose payout is confirmed" }),
  }),
  byStatus: Type.Object({ PENDING: Sum, RELEASED: Sum, REFUNDED: Sum, PAID_OUT: Sum }),
  payouts: Type.Array(
    Type.Object({
      id: Id,
      taskId: Id,
      taskTitle: Type.String(),
      grossCents: Cents,
      feeCents: Cents,
      netCents: Cents,
      status: Type.Enum(["PENDING", "RELEASED", "REFUNDED", "PAID_OUT"]),
      at: Moment,
    }),
  ),
  meta: Type.Object(Meta),
});

/**
 * GET /agents/me/earnings – seed 004, "Report released earnings, pending payouts, fee totals, and payout history", in US
 * cents, the newest first. 200 · 400 · 401 · 403.
 */
export const getEarnings: Route = (app, { reads }) => {
  app.get(
    "/api/v1/agents/me/earnings",
    { config: requiresKey, schema: { querystring: Type.Object(Paging), response: answers(200, Answer) } },
    async (request) => {
      const page = readPage(request.query);
      const workerId = callingAgentOf(request).partyId;
      const { earnings, total, byStatus } = await readEarnings(reads, { workerId, ...page });
      const { RELEASED: released, PAID_OUT: paidOut, PENDING: pending } = byStatus;
      return {
        currency: "usd" as const,
        summary: {
          releasedCents: released.netCents + paidOut.netCents,
          pendingCents: pending.netCents,
          feeCents: released.feeCents + paidOut.feeCents,
          paidOutCents: paidOut.netCents,
        },
        byStatus,
        payouts: [...earnings],
        meta: metaOf(total, page, earnings.length),
      };
    },
  );
};
