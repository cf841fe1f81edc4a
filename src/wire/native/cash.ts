import { Type } from "@fastify/type-provider-typebox";
import { decideCash as decideCashCommand } from "../../market/decide-cash.ts";
import { requestCash as requestCashCommand } from "../../market/request-cash.ts";
import type { CashRequest, CashRequestKind } from "../../model/cash-request.ts";
import { refuse } from "../../model/errors.ts";
import { readCashRequest, readCashRequests } from "../../store/cash-requests.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import type { PaymentSteps } from "../shared/payments.ts";
import { spenderOf } from "../shared/spender.ts";
import { adminOnly, idFrom, retryOf } from "./caller.ts";
import { CashRequestView } from "./competing-views.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { presentCashRequest } from "./present-competing.ts";
import { Amount, answers, IdParams, NullableText, nullable, Paging, page, Text } from "./schemas.ts";

/** US dollars into and out of the market (3-domain, "Money", deposit and payout). */

const Balance = Type.Integer({ description: "US cents to spend, right after" });
const State = Type.Optional(Type.Enum(["requested", "confirmed", "refused"]));

const own = [
  {
    kind: "deposit",
    path: "/v1/wallet/deposits",
    ask: { operationId: "requestDeposit", summary: "Bring US dollars in; they arrive once they are confirmed" },
    list: { operationId: "listDeposits", summary: "My deposits, the newest first" },
  },
  {
    kind: "payout",
    path: "/v1/wallet/payouts",
    ask: { operationId: "requestPayout", summary: "Take US dollars out; they leave the wallet at once" },
    list: { operationId: "listPayouts", summary: "My payouts, the newest first" },
  },
] as const;

/** POST /v1/wallet/deposits and payouts – 201 · 400 · 401 · 402 more than there is · 502 the provider could not begin. */
export const requestCash: Route = (app, context) => {
  const Body = Type.Object({
    amount: Amount,
    currency: Type.Optional(Type.Enum(["usd"], { default: "usd", description: "Credits neither come in nor go out" })),
    reference: Type.Optional(nullable(Type.String({ maxLength: 1_000, description: "For whoever confirms it" }))),
  });
  const Answer = Type.Object({
    request: CashRequestView.ref,
    balance: Balance,
    instructions: Type.String({ description: "What to do now" }),
    url: NullableText,
  });
  for (const { kind, path, ask } of own) {
    app.post(
      path,
      { config: requiresKey, schema: { ...ask, tags: ["money"], body: Body, response: answers(201, Answer) } },
      async (request, reply) => {
        const caller = callerOf(request);
        const { amount, reference = null } = request.body;
        const spender = spenderOf(caller, context.clock());
        const { request: made, balance } = await context.engine.execute(
          requestCashCommand,
          { kind, partyId: caller.partyId, amountCents: amount, provider: context.payments.name, reference, spender },
          retryOf(request, caller),
        );
        const { instructions, url } = await begin(made, context);
        reply.code(201);
        return { request: presentCashRequest(made), balance, instructions, url };
      },
    );
  }
};

/** GET /v1/wallet/deposits and payouts – 200 · 400 · 401. */
export const listOwnCash: Route = (app, context) => {
  const Query = Type.Object({ state: State, ...Paging });
  const response = answers(200, page(CashRequestView.ref));
  for (const { kind, path, list } of own) {
    app.get(
      path,
      { config: requiresKey, schema: { ...list, tags: ["money"], querystring: Query, response } },
      (request) => listCash(context, request.query, kind, callerOf(request).partyId),
    );
  }
};

/** GET /v1/admin/cash-requests – everybody's, the newest first. 200 · 400 · 401 · 403. */
export const listCashRequests: Route = (app, context) => {
  const Query = Type.Object({ state: State, kind: Type.Optional(Type.Enum(["deposit", "payout"])), ...Paging });
  app.get(
    "/v1/admin/cash-requests",
    {
      ...adminOnly,
      schema: {
        operationId: "listCashRequests",
        summary: "Deposits and payouts of everybody; with state=requested those that wait for an administrator",
        tags: ["admin"],
        querystring: Query,
        response: answers(200, page(CashRequestView.ref)),
      },
    },
    ({ query }) => listCash(context, query, query.kind, undefined),
  );
};

const words = [
  { verb: "confirm", state: "confirmed", summary: "The money has moved: a deposit arrives, a payout is done" },
  { verb: "refuse", state: "refused", summary: "The money has not moved: a payout comes back to its wallet" },
] as const;

/** POST /v1/admin/cash-requests/{id}/{confirm,refuse} – 200 · 400 · 401 · 403 · 404 · 409 decided already. */
export const decideCash: Route = (app, context) => {
  for (const { verb, state, summary } of words) {
    app.post(
      `/v1/admin/cash-requests/:id/${verb}`,
      {
        ...adminOnly,
        schema: {
          operationId: `${verb}CashRequest`,
          summary,
          tags: ["admin"],
          params: IdParams,
          body: Type.Object({ note: Type.Optional(nullable(Text)) }),
          response: answers(200, Type.Object({ request: CashRequestView.ref, balance: Balance })),
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const requestId = idFrom(request.params.id, "cash_request_not_found");
        const { partyId } = (await readCashRequest(context.reads, requestId)) ?? refuse("cash_request_not_found");
        const { note = null } = request.body;
        const decided = await context.engine.execute(
          decideCashCommand,
          { requestId, partyId, state, note, decidedById: caller.partyId },
          retryOf(request, caller),
        );
        return { request: presentCashRequest(decided.request), balance: decided.balance };
      },
    );
  }
};

interface CashListQuery {
  readonly state?: CashRequest["state"] | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

async function listCash(
  { reads }: DoorContext,
  query: CashListQuery,
  kind: CashRequestKind | undefined,
  partyId: string | undefined,
) {
  const limit = readLimit(query);
  const beforeId = readCursor(query);
  const found = await readCashRequests(reads, { partyId, kind, state: query.state, beforeId, limit: limit + 1 });
  return presentPage(found, limit, presentCashRequest);
}

/** After the commit: what the provider then does may take its time, and may fail. Refuses `payment_not_begun`. */
async function begin(request: CashRequest, { payments }: DoorContext): Promise<PaymentSteps> {
  try {
    return await (request.kind === "deposit" ? payments.beginDeposit(request) : payments.beginPayout(request));
  } catch {
    return refuse("payment_not_begun", { details: { cashRequestId: request.id } });
  }
}
