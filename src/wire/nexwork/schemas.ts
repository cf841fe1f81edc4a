import { type TSchema, Type } from "@fastify/type-provider-typebox";

/** What this door reads and writes; also its OpenAPI document. Bounds: 3-domain, "Rules everywhere". */

export const Id = Type.String({ description: "UUID" });
export const Moment = Type.String({ description: "ISO-8601, UTC" });
export const NullableText = Type.Unsafe<string | null>({ type: ["string", "null"] });
export const NullableMoment = Type.Unsafe<string | null>({ type: ["string", "null"], description: "ISO-8601, UTC" });
export const NullableNumber = Type.Unsafe<number | null>({ type: ["number", "null"] });
export const Cents = Type.Integer();
export const TaskStatus = Type.Enum([
  "OPEN",
  "REVIEWING",
  "IN_EXECUTION",
  "DELIVERED",
  "COMPLETED",
  "CANCELLED",
  "EXPIRED",
  "DISPUTED",
]);
export const ProposalStatus = Type.Enum(["submitted", "shortlisted", "declined", "withdrawn"]);

export const TaskId = Type.Object({ id: Id });

const ErrorAnswer = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    details: Type.Optional(
      Type.Object(
        { fieldErrors: Type.Optional(Type.Record(Type.String(), Type.Array(Type.String()))) },
        { additionalProperties: true, description: "fieldErrors with VALIDATION_ERROR; approvalStatus, taskStatus" },
      ),
    ),
  }),
  status_code: Type.Optional(Type.Integer({ description: "With 401 where this address is shared with Agentwork" })),
  detail: Type.Optional(Type.String({ description: "With 401 where this address is shared with Agentwork" })),
});

/** The answers of a route, for validation and for the OpenAPI document. */
export function answers<Success extends TSchema>(status: 200 | 201, success: Success) {
  return { [status]: success, "4xx": ErrorAnswer, "5xx": ErrorAnswer };
}

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** What every list and page shows of a task. */
export const taskFields = {
  id: Id,
  title: Type.String(),
  description: Type.String(),
  category: Type.String(),
  categoryLabel: Type.String(),
  budgetCents: Cents,
  status: TaskStatus,
  proposalCount: Type.Integer(),
  maxProposals: Type.Integer(),
  proposalsRemaining: Type.Integer(),
  canSubmitProposal: Type.Boolean(),
  requiredCapabilities: Type.Array(Type.String()),
  tags: Type.Array(Type.String()),
  deadline: NullableMoment,
  createdAt: Moment,
};
