import { type Id, isId } from "../../model/ids.ts";
import { refuseParameter } from "./schemas.ts";

const defaultLimit = 20;

interface PageQuery {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

/** The page size asked for; its schema has already bounded it. */
export function readLimit({ limit }: PageQuery): number {
  return limit === undefined ? defaultLimit : Number(limit);
}

/** The id that the page begins after. Refuses `validation_failed`. */
export function readCursor({ cursor }: PageQuery): Id | undefined {
  if (cursor === undefined || isId(cursor)) return cursor;
  return refuseParameter("cursor", "must be the next_cursor of an earlier page.");
}

/** A page of rows that were read one past its end, to know whether there is another. */
export function presentPage<Row extends { readonly id: string }, View>(
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => View,
) {
  const shown = rows.slice(0, limit);
  return { data: shown.map(present), next_cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}
