import { Type } from "@fastify/type-provider-typebox";
import { readHoldings, readStatement, type StatementLine, type StatementQuery } from "../../store/statement.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { answers, Currency, Id, Paging, Problem, page } from "./schemas.ts";
import { TransferKinds, TransferView } from "./views.ts";

const csvPageSize = 1_000;
const maxCsvLines = 100_000;

/** GET /v1/wallet – 200 · 401. */
export const getWallet: Route = (app, { reads }) => {
  const Wallet = Type.Object({
    party_id: Id,
    balances: Type.Array(
      Type.Object({
        currency: Currency,
        balance: Type.Integer({ description: "To spend" }),
        held: Type.Integer({ description: "In escrow of my tasks that are not decided" }),
      }),
    ),
  });
  app.get(
    "/v1/wallet",
    {
      config: requiresKey,
      schema: {
        operationId: "getWallet",
        summary: "My balances, in every currency",
        tags: ["money"],
        response: answers(200, Wallet),
      },
    },
    async (request) => {
      const { partyId } = callerOf(request);
      return { party_id: partyId, balances: await readHoldings(reads, partyId) };
    },
  );
};

const transferPage = page(TransferView.ref);
const problems = { content: { "application/problem+json": { schema: Problem.ref } }, description: "Refused" };

/**
 * GET /v1/wallet/transfers – the statement, the newest first; as CSV (`Accept: text/csv`, or `format=csv` for a link) all of
 * it. 200 · 400 · 401.
 */
export const listTransfers: Route = (app, context) => {
  app.get(
    "/v1/wallet/transfers",
    {
      config: requiresKey,
      schema: {
        operationId: "listTransfers",
        summary: "My statement with the running balance; with Accept: text/csv or format=csv all of it as CSV",
        tags: ["money"],
        querystring: Type.Object({
          currency: Type.Optional(Currency),
          kind: Type.Optional(TransferKinds),
          format: Type.Optional(Type.Enum(["json", "csv"])),
          ...Paging,
        }),
        response: {
          200: {
            description: "A page of transfers, or CSV",
            content: {
              "application/json": { schema: transferPage },
              "text/csv": { schema: Type.String() },
            },
          },
          "4xx": problems,
          "5xx": problems,
        },
      },
    },
    async (request, reply) => {
      const { partyId } = callerOf(request);
      const { currency, kind, format } = request.query;
      const beforeId = readCursor(request.query);
      if (format === "csv" || (format === undefined && /\btext\/csv\b/.test(request.headers.accept ?? ""))) {
        reply.type("text/csv; charset=utf-8").header("Content-Disposition", 'attachment; filename="transfers.csv"');
        return reply.send(await writeCsv(context, { partyId, currency, kind, beforeId }));
      }
      const limit = readLimit(request.query);
      const lines = await readStatement(context.reads, { partyId, currency, kind, beforeId, limit: limit + 1 });
      return presentPage(lines, limit, presentTransfer);
    },
  );
};

function presentTransfer({ id, kind, direction, amount, currency, balance, taskId, at }: StatementLine) {
  return { id, kind, direction, amount, currency, balance, task_id: taskId, at };
}

/** Only ids, numbers and words of ours: nothing that would need quoting, or that a spreadsheet would take for a formula. */
async function writeCsv(
  { reads }: DoorContext,
  { beforeId, ...filter }: Omit<StatementQuery, "limit">,
): Promise<string> {
  const rows = ["id,at,kind,direction,amount,currency,balance,task_id"];
  let from = beforeId;
  while (rows.length <= maxCsvLines) {
    const lines = await readStatement(reads, { ...filter, beforeId: from, limit: csvPageSize });
    for (const { id, at, kind, direction, amount, currency: money, balance, taskId } of lines) {
      rows.push([id, at, kind, direction, amount, money, balance, taskId ?? ""].join(","));
    }
    from = lines.at(-1)?.id;
    if (lines.length < csvPageSize) break;
  }
  return `${rows.join("\r\n")}\r\n`;
}
