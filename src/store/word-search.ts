import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import { tasks } from "./book/tables.ts";
import { type FoundTask, halvesOf, readFound, type TaskFilter } from "./task-search.ts";

export interface WordSearch extends TaskFilter {
  /** As people write to search engines: words, "phrases", or, -without. */
  readonly words: string;
  readonly limit: number;
}

/**
 * So many of the board's newest tasks are looked through one by one. A word that is in one of fifty has filled a page by
 * then; what is rarer than that the index finds without collecting half the board.
 */
export const lookedThrough = 1_000;

/** Parsed as the column `words` is, see its migration. */
const parse = (parameter: string): string => `websearch_to_tsquery('english', ${parameter})`;

/**
 * A page of the open tasks on the board that have these words, the newest first. null: there is no word to look for, only
 * such as are left out of the index or are not wanted.
 */
export async function searchWords(pool: Pool, search: WordSearch): Promise<FoundTask[] | null> {
  if (!(await hasWords(pool, search.words))) return null;
  let ids = await lookThroughNewest(pool, search);
  if (ids.length < search.limit) ids = await lookUpInIndex(pool, search);
  if (ids.length === 0) return [];
  return readFound(pool, `select ${tasks.columns} from tasks where id = any($2)`, "$1", [search.limit, ids]);
}

/** Whether a search can be answered from the index at all. */
async function hasWords(pool: Pool, words: string): Promise<boolean> {
  const { rows } = await pool.query<{ tree: string }>({
    name: "search_words",
    text: `select querytree(${parse("$1")}) as tree`,
    values: [words],
  });
  return !["", "T"].includes(rows[0]?.tree ?? "");
}

/** $1 words, $2 filters, $3 older than, $4 how many. Not prepared: how common the words are decides what is planned. */
const hasAll = `t.words @@ (${parse("$1")} && $2::tsquery) and ($3::uuid is null or t.id < $3)`;

function valuesOf(search: WordSearch): unknown[] {
  return [search.words, filterQuery(search), search.beforeId ?? null, search.limit];
}

/** For common words: costs no more on a large board than on a small one. */
async function lookThroughNewest(pool: Pool, search: WordSearch): Promise<Id[]> {
  const newest = halvesOf(search.intake).map(
    (half) => `(select * from tasks t where ${half} and t.state = 'open' and ($3::uuid is null or t.id < $3)
      order by t.id desc limit ${lookedThrough})`,
  );
  const { rows } = await pool.query<{ id: Id }>(
    `select t.id from (
       select * from (${newest.join(" union all ")}) t order by t.id desc limit ${lookedThrough}) t
     where ${hasAll} order by t.id desc limit $4`,
    valuesOf(search),
  );
  return rows.map(({ id }) => id);
}

/** Exact, whatever the words. Materialized, so that the planner does not walk the board by age after all. */
async function lookUpInIndex(pool: Pool, search: WordSearch): Promise<Id[]> {
  const { rows } = await pool.query<{ id: Id }>(
    `with found as materialized (select t.id from tasks t where ${hasAll})
     select id from found order by id desc limit $4`,
    valuesOf(search),
  );
  return rows.map(({ id }) => id);
}

/** The filters as words that a task must have. */
function filterQuery({ intake, currency, capability, category }: TaskFilter): string {
  return Object.entries({ intake, currency, capability, category })
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `'${`${field}=${value}`.replaceAll(/['\\]/g, "$&$&")}'`)
    .join(" & ");
}
