import { type TProperties, type TSchema, Type } from "@fastify/type-provider-typebox";
import { maxAmount, minAmount } from "../../model/money.ts";

/** What this door reads and writes; also its OpenAPI document. Bounds: 3-domain, "Rules everywhere". */

const maxTextLength = 100_000;
const maxLabelLength = 100;
const maxTags = 100;
/** A year each. */
const maxTimeLimitMinutes = 365 * 24 * 60;
const maxExpiresInHours = 365 * 24;

const Text = Type.String({ maxLength: maxTextLength });
const Label = Type.String({ minLength: 1, maxLength: maxLabelLength, pattern: "\\S" });
const Moment = Type.String({ description: "ISO-8601, UTC" });

export const TaskId = Type.Object({ id: Type.String({ description: "UUID" }) });

export const NewTask = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" }),
  description: Type.Optional(nullable(Text)),
  instructions: Type.Optional(nullable(Text)),
  expected_output: Type.Optional(nullable(Text)),
  category: Type.Optional(Label),
  payout_cents: Type.Integer({ minimum: minAmount, maximum: maxAmount, description: "Held at once" }),
  currency: Type.Optional(Type.Enum(["usd"])),
  time_limit_minutes: Type.Optional(
    Type.Integer({ minimum: 1, maximum: maxTimeLimitMinutes, description: "How long a worker may hold the task; 60" }),
  ),
  expires_in_hours: Type.Optional(
    Type.Integer({ minimum: 1, maximum: maxExpiresInHours, description: "Until it is taken back and refunded; 24" }),
  ),
  tags: Type.Optional(Type.Array(Label, { maxItems: maxTags })),
});

export const Feedback = Type.Object({
  approve: Type.Optional(Type.Boolean({ description: "false asks for a revision instead; then without a rating" })),
  rating: Type.Optional(Type.Integer({ minimum: 1, maximum: 5, description: "Required to approve" })),
  feedback: Type.Optional(nullable(Text)),
});

/** Query strings are text; these are checked as text and turned into numbers afterwards. */
export const ListQuery = Type.Object({
  status: Type.Optional(Type.Enum(["open", "in_progress", "completed", "all"])),
  page: Type.Optional(Type.String({ pattern: "^[1-9][0-9]{0,6}$", description: "From 1; 1 if absent" })),
  limit: Type.Optional(Type.String({ pattern: "^([1-9][0-9]?|100)$", description: "1 to 100; 20 if absent" })),
});

const File = Type.Object({
  name: Type.String(),
  download_url: Type.String({ description: "Signed; needs no header and lasts an hour" }),
});

const brief: TProperties = {
  id: Type.String(),
  title: Type.String(),
  description: Type.String(),
  category: Type.String(),
  instructions: nullable(Type.String()),
  expected_output: nullable(Type.String()),
  payout_cents: Type.Integer(),
  currency: Type.String(),
  time_limit_minutes: Type.Integer(),
  tags: Type.Array(Type.String()),
  status: Type.String({ description: "open, in_progress, completed, cancelled or expired" }),
  created_at: Moment,
  expires_at: nullable(Moment),
};

const work: TProperties = {
  claimed_at: nullable(Moment),
  submitted_at: nullable(Moment),
  submission_text: nullable(Type.String()),
  submission_files: Type.Array(File),
};

const verdict: TProperties = {
  rating: nullable(Type.Integer()),
  feedback: nullable(Type.String()),
  payment_status: Type.String({ description: "held, released or refunded" }),
};

const TaskView = Type.Object({ ...brief, ...work, ...verdict });
export const TaskAnswer = Type.Object({ task: TaskView });
/** The sample reads the fields at the top, the answer to a POST has them under `task`: both are there. */
export const FlatTaskAnswer = Type.Object({ ...brief, ...work, ...verdict, task: TaskView });
/** What the decision settled; the work itself is where it was. */
export const ReviewedAnswer = Type.Object({ ...brief, ...verdict, task: Type.Object({ ...brief, ...verdict }) });
export const ListAnswer = Type.Object({
  tasks: Type.Array(TaskView),
  page: Type.Integer(),
  limit: Type.Integer(),
  total: Type.Integer(),
});

const ErrorAnswer = Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) });

/** The answers of a route, for validation and for the OpenAPI document. */
export function answers<Success extends TSchema>(status: 200 | 201, success: Success) {
  return { [status]: success, "4xx": ErrorAnswer, "5xx": ErrorAnswer };
}

function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}
