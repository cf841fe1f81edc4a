import type { Client } from "openapi-fetch";
import type { paths } from "./schema.gen.ts";

/** A page of a list, newest first. */
interface Page<Item = unknown> {
  readonly data: readonly Item[];
  readonly next_cursor?: string | null;
}

type AnswerOf<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

/** Paths whose GET answers with pages. */
export type ListPath = {
  [Path in keyof paths]: [AnswerOf<Path>] extends [never]
    ? never
    : AnswerOf<Path> extends { data: readonly unknown[]; next_cursor: string | null }
      ? "{" extends Path
        ? never
        : Path extends `${string}{${string}`
          ? never
          : Path
      : never;
}[keyof paths];

export type ItemOf<Path extends ListPath> = AnswerOf<Path> extends { data: readonly (infer Item)[] } ? Item : never;

/** What the list can be asked for, without the cursor, which is taken care of. */
export type ListQuery<Path extends ListPath> = paths[Path] extends { get: { parameters: { query?: infer Query } } }
  ? Omit<NonNullable<Query>, "cursor">
  : never;

/** Every item of a list; a page is fetched when the one before is used up. */
export async function* listItems<Path extends ListPath>(
  http: Client<paths>,
  path: Path,
  query: ListQuery<Path> | undefined,
): AsyncGenerator<ItemOf<Path>, void, undefined> {
  // Which paths are lists is known by `ListPath`; openapi-fetch's own types cannot follow a path that is a variable.
  const get = http.GET as unknown as (
    path: string,
    init: { params: { query: object } },
  ) => Promise<{ data?: Page<ItemOf<Path>> }>;
  let cursor: string | null | undefined;
  do {
    const { data } = await get(path, { params: { query: { ...query, ...(cursor ? { cursor } : {}) } } });
    if (data === undefined) return;
    yield* data.data;
    cursor = data.next_cursor;
  } while (typeof cursor === "string");
}
