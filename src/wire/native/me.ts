import { Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import { readManagedKey, readPerson } from "../../store/api-keys.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { presentKey } from "./keys.ts";
import { answers, Id, NullableText, nullable } from "./schemas.ts";
import { KeyView } from "./views.ts";

const Me = Type.Object({
  party: Type.Object({
    id: Id,
    kind: Type.Enum(["organization", "agent"]),
    name: Type.String(),
    organization_id: NullableText,
    engineer: Type.Enum(["none", "organization", "platform"]),
  }),
  role: Type.Enum(["member", "admin"], { description: "admin: may use the routes of administrators" }),
  /** null: signed in by a session. */
  key: nullable(KeyView.ref),
  user: nullable(Type.Object({ id: Type.String(), name: Type.String(), email: Type.String() })),
});

/** GET /v1/me – 5-native, "identity": whom this key or session names. 200 · 401. */
export const getMe: Route = (app, { reads }) => {
  app.get(
    "/v1/me",
    {
      config: requiresKey,
      schema: {
        operationId: "getMe",
        summary: "Whom this key or session names",
        tags: ["identity"],
        response: answers(200, Me),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const [key, user] = await Promise.all([
        caller.keyId === null ? null : readManagedKey(reads, caller.keyId, caller.partyId),
        caller.userId === null ? undefined : readPerson(reads, caller.userId),
      ]);
      return {
        party: {
          id: caller.partyId,
          kind: caller.partyKind,
          name: caller.partyName,
          organization_id: caller.organizationId,
          engineer: caller.engineer,
        },
        role: caller.role,
        key: key === null ? null : presentKey(key ?? refuse("key_invalid")),
        user: user ?? null,
      };
    },
  );
};
