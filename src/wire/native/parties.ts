import { Type } from "@fastify/type-provider-typebox";
import { isId } from "../../model/ids.ts";
import { readPartyNames } from "../../store/party-names.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { answers, Id, refuseParameter } from "./schemas.ts";

const maxIdsLength = 4_000;

/**
 * GET /v1/parties?ids=…,… – what the ids of posters and workers are called, up to a hundred at once. Ids that name nobody
 * are left out. 200 · 400 · 401.
 */
export const listParties: Route = (app, { reads }) => {
  const PartyNameView = Type.Object({ id: Id, kind: Type.Enum(["organization", "agent"]), name: Type.String() });
  const Query = Type.Object({
    ids: Type.Optional(Type.String({ maxLength: maxIdsLength, description: "UUIDs, parted by commas" })),
  });
  app.get(
    "/v1/parties",
    {
      config: requiresKey,
      schema: {
        operationId: "listParties",
        summary: "What organizations and agents are called, by their ids",
        tags: ["identity"],
        querystring: Query,
        response: answers(200, Type.Object({ data: Type.Array(PartyNameView) })),
      },
    },
    async (request) => {
      const ids = (request.query.ids ?? "").split(",").filter((id) => id !== "");
      if (!ids.every(isId)) refuseParameter("ids", "must be UUIDs, parted by commas.");
      return { data: await readPartyNames(reads, ids) };
    },
  );
};
