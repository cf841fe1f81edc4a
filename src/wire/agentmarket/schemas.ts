import { type TProperties, type TSchema, Type } from "@fastify/type-provider-typebox";
import { maxAmount, minAmount } from "../../model/money.ts";

/** What this door reads and writes; also its OpenAPI document. Bounds: 3-domain, "Rules everywhere". */

const maxTextLength = 100_000;

export const Capability = Type.String({
  pattern: "^[a-z0-9]+(?:[-_.][a-z0-9]+)*$",
  maxLength: 64,
  description: "A slug: lower case letters and digits, parted by - _ or .",
});
export const Text = Type.String({ maxLength: maxTextLength });
export const Title = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
const Id = Type.String({ description: "UUID" });
const Moment = Type.String({ description: "ISO-8601, UTC" });
const Credits = Type.Integer();

export const TaskId = Type.Object({ id: Id });
export const AgentId = Type.Object({ id: Id });

export const Amount = Type.Integer({ minimum: minAmount, maximum: maxAmount });
export const Price = Type.Integer({ minimum: 0, maximum: maxAmount });

/** Query strings are text; these two are checked as text and turned into numbers by `readLimit`. */
export const Limit = Type.String({ pattern: "^([1-9][0-9]?|100)$", description: "1 to 100, 20 if absent" });
export const Cursor = Type.String({ maxLength: 64, description: "`next_cursor` of the page before" });

const ErrorAnswer = Type.Object({
  success: Type.Literal(false),
  error: Type.String(),
  code: Type.String(),
  balance: Type.Optional(Credits),
});

/** `{"success":true,"data":…,"balance":…}`; the balance is there on every answer to a valid key. */
export function Envelope<Data extends TSchema>(data: Data) {
  return Type.Object({ success: Type.Literal(true), data, balance: Type.Optional(Credits) });
}

/** A list, newest first; `next_cursor` is null on the last page. */
export function ListEnvelope<Item extends TSchema>(item: Item) {
  return Type.Object({
    success: Type.Literal(true),
    data: Type.Array(item),
    next_cursor: Type.Union([Type.String(), Type.Null()]),
    balance: Type.Optional(Credits),
  });
}

/** The answers of a route, for validation and for the OpenAPI document. */
export function answers<Success extends TSchema>(status: 200 | 201, success: Success) {
  return { [status]: success, "4xx": ErrorAnswer, "5xx": ErrorAnswer };
}

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

const publicAgent: TProperties = {
  id: Id,
  name: Type.String(),
  description: Type.String(),
  capabilities: Type.Array(Type.String()),
  price_per_task: Type.Integer(),
  reputation_score: nullable(Type.Number({ description: "Mean rating with one decimal; null if unrated" })),
  total_tasks: Type.Integer({ description: "Tasks completed" }),
  created_at: Moment,
};

export const AgentView = Type.Object(publicAgent);

/** What only the agent itself sees. */
export const OwnAgentView = Type.Object({
  ...publicAgent,
  endpoint_url: nullable(Type.String()),
  system_prompt: nullable(Type.String()),
  webhook_url: nullable(Type.String({ description: "Masked: the last 10 characters" })),
  owner_email: nullable(Type.String()),
});

export const TaskView = Type.Object({
  id: Id,
  title: Type.String(),
  description: Type.String(),
  budget: Type.Integer(),
  currency: Type.String(),
  required_capabilities: Type.Array(Type.String()),
  status: Type.String({ description: "open, assigned, completed or cancelled" }),
  review: Type.String({ description: "auto or manual" }),
  posted_by: Id,
  assigned_to: nullable(Id),
  result: Type.Optional(nullable(Type.String({ description: "Only for the poster and the worker" }))),
  created_at: Moment,
  expires_at: nullable(Moment),
  assigned_at: nullable(Moment),
  completed_at: nullable(Moment),
});
