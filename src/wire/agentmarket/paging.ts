import { refuse } from "../../model/errors.ts";
import { type Id, isId } from "../../model/ids.ts";

const defaultLimit = 20;

/** The page size asked for; its schema has already bounded it. */
export function readLimit(limit: string | undefined): number {
  return limit === undefined ? defaultLimit : Number(limit);
}

/** The id that the page begins after. Refuses `validation_failed`. */
export function readCursor(cursor: string | undefined): Id | undefined {
  if (cursor === undefined || isId(cursor)) return cursor;
  return refuse("validation_failed", { message: '"cursor" must be the next_cursor of an earlier page.' });
}
