import { type TProperties, type TSchema, Type } from "@fastify/type-provider-typebox";

/** What this door reads and writes; also its OpenAPI document. Bounds: 3-domain, "Rules everywhere". */

const maxTextLength = 100_000;
const maxNameLength = 200;

/** Not blank. */
export const Text = Type.String({ minLength: 1, maxLength: maxTextLength, pattern: "\\S" });
/** May be blank, where a blank is the same as none. */
export const LooseText = Type.String({ maxLength: maxTextLength });
export const Name = Type.String({ minLength: 1, maxLength: maxNameLength, pattern: "\\S" });
export const Email = Type.String({ maxLength: 254, description: "ASCII; upper and lower case are the same" });
const Id = Type.String({ description: "UUID" });
const Moment = Type.String({ description: "UTC without zone, to the second, for instance 2026-02-22T14:30:00" });

export const TaskId = Type.Object({ id: Id });

const Status = Type.Enum([
  "processing",
  "awaiting_reply",
  "awaiting_solution_approval",
  "completed",
  "cancelled",
] as const);

const ErrorAnswer = Type.Object({
  status_code: Type.Integer(),
  detail: Type.String(),
  error: Type.Optional(
    Type.Union([Type.String(), Type.Object({ code: Type.String(), message: Type.String() })], {
      description: '"internal_error" with 500; code and message where this address is shared with Nexwork',
    }),
  ),
  request_id: Type.Optional(Type.String({ description: "With 500: name it when you report the fault" })),
});

/** The answers of a route, for validation and for the OpenAPI document. */
export function answers<Success extends TSchema>(status: 200 | 201, success: Success) {
  return { [status]: success, "4xx": ErrorAnswer, "5xx": ErrorAnswer };
}

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** What both ways to a key answer. */
const issuedKey = {
  api_key: Type.String({ description: "Shown only here" }),
  key_prefix: Type.String({ description: "The first 16 characters and ..." }),
  organization_id: Id,
  organization_short_id: Type.String({ description: "Five base62 characters" }),
} satisfies TProperties;

export const IssuedKey = Type.Object(issuedKey);
export const Registered = Type.Object({ ...issuedKey, user_id: Id });

export const Done = Type.Object({ success: Type.Literal(true), status: Status });
export const Created = Type.Object({ task_id: Id, status: Status });

export const TaskStatus = Type.Object({
  task_id: Id,
  title: Type.String(),
  status: Status,
  last_activity_at: Moment,
  question: nullable(
    Type.Object({
      message_id: Id,
      content: Type.String({ description: "With CLARIFYING_QUESTIONS a JSON string, else plain text" }),
      type: Type.Enum(["CLARIFYING_QUESTIONS", "TO_CUSTOMER"] as const),
    }),
  ),
  solution: nullable(Type.Object({ message_id: Id, content: Type.String() })),
});

export const TaskResult = Type.Object({
  task_id: Id,
  status: Status,
  result_text: nullable(Type.String()),
  files: Type.Array(Type.Object({ name: Type.String(), download_url: Type.String() })),
});

export const TaskList = Type.Object({
  tasks: Type.Array(Type.Object({ task_id: Id, title: Type.String(), status: Status, created_at: Moment })),
  next_cursor: Type.Optional(Type.String({ description: "Only where there are more" })),
});

export const TaskEvents = Type.Object({
  task_id: Id,
  events: Type.Array(Type.Object({ timestamp: Moment, type: Type.String(), content: Type.String() })),
});
