import { Type } from "@fastify/type-provider-typebox";

/** What a list is asked for in its query, and what it says of itself. */

const defaultLimit = 20;

/** Query strings are text; these are checked as text and turned into numbers by `readPage`. */
export const Paging = {
  limit: Type.Optional(
    Type.String({ title: "Limit", pattern: "^([1-9][0-9]?|100)$", description: "1 to 100; 20 if absent" }),
  ),
  offset: Type.Optional(
    Type.String({ title: "Offset", pattern: "^(0|[1-9][0-9]{0,8})$", description: "How many to skip; 0 if absent" }),
  ),
};

export const Meta = {
  total: Type.Integer({ description: "Over all pages" }),
  limit: Type.Integer(),
  offset: Type.Integer(),
  hasMore: Type.Boolean(),
};

interface Page {
  readonly limit: number;
  readonly offset: number;
}

export function readPage({ limit, offset }: { readonly limit?: string; readonly offset?: string }): Page {
  return { limit: limit === undefined ? defaultLimit : Number(limit), offset: Number(offset ?? 0) };
}

export function metaOf(total: number, { limit, offset }: Page, shown: number) {
  return { total, limit, offset, hasMore: offset + shown < total };
}
