import type { Pool } from "pg";
import type { CashRequest, CashRequestKind, CashRequestState } from "../model/cash-request.ts";
import type { Id } from "../model/ids.ts";
import { cashRequests } from "./book/competing-tables.ts";

export interface CashQuery {
  /** undefined: everybody's. */
  readonly partyId: Id | undefined;
  readonly kind: CashRequestKind | undefined;
  readonly state: CashRequestState | undefined;
  /** Only requests older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** Written out, not parameters: the planner matches the first to its partial index. */
const stateConditions: Readonly<Record<CashRequestState, string>> = {
  requested: "state = 'requested'",
  confirmed: "state = 'confirmed'",
  refused: "state = 'refused'",
};

/** A page of deposit and payout requests, the newest first. */
export async function readCashRequests(pool: Pool, query: CashQuery): Promise<CashRequest[]> {
  const values: unknown[] = [query.limit];
  const conditions = ["true"];
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    conditions.push(condition(`$${values.push(value)}`));
  };
  if (query.partyId !== undefined) where((p) => `party_id = ${p}`, query.partyId);
  if (query.kind !== undefined) where((p) => `kind = ${p}`, query.kind);
  if (query.state !== undefined) conditions.push(stateConditions[query.state]);
  if (query.beforeId !== undefined) where((p) => `id < ${p}::uuid`, query.beforeId);
  const { rows } = await pool.query<CashRequest>(
    `select ${cashRequests.columns} from cash_requests where ${conditions.join(" and ")} order by id desc limit $1`,
    values,
  );
  return rows;
}

/** One request, or undefined. */
export async function readCashRequest(pool: Pool, id: Id): Promise<CashRequest | undefined> {
  const { rows } = await pool.query<CashRequest>({
    name: "cash_request_by_id",
    text: `select ${cashRequests.columns} from cash_requests where id = $1`,
    values: [id],
  });
  return rows[0];
}
