import { Type } from "@fastify/type-provider-typebox";
import { accountEmail } from "../../model/person.ts";
import { readPeople } from "../../store/people-list.ts";
import type { Route } from "../shared/door.ts";
import { adminOnly } from "./caller.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { answers, Id, Moment, Paging, page } from "./schemas.ts";

const maxEmailLength = 254;

const UserView = Type.Object({
  id: Id,
  name: Type.String(),
  email: Type.String(),
  created_at: Moment,
  sessions: Type.Integer({ description: "That have not ended" }),
  organizations: Type.Array(Type.Object({ id: Id, name: Type.String(), role: Type.Enum(["owner", "member"]) }), {
    description: "The one that they act for first",
  }),
});

/** GET /v1/admin/users – who signs in, the newest first; with `email` that one person. 200 · 400 · 401 · 403. */
export const listUsers: Route = (app, { reads }) => {
  app.get(
    "/v1/admin/users",
    {
      ...adminOnly,
      schema: {
        operationId: "listUsers",
        summary: "The people who sign in, the newest first",
        tags: ["admin"],
        querystring: Type.Object({ email: Type.Optional(Type.String({ maxLength: maxEmailLength })), ...Paging }),
        response: answers(200, page(UserView)),
      },
    },
    async ({ query }) => {
      const limit = readLimit(query);
      const email = query.email === undefined ? undefined : accountEmail(query.email);
      const people = await readPeople(reads, { email, beforeId: readCursor(query), limit: limit + 1 });
      return presentPage(people, limit, ({ id, name, email: address, createdAt, sessions, organizations }) => ({
        ...{ id, name, email: address, sessions },
        created_at: createdAt,
        organizations: organizations.map((each) => ({ ...each })),
      }));
    },
  );
};
