import { type Static, type TSchema, Type } from "@fastify/type-provider-typebox";
import { type InputFault, refuse } from "../../model/errors.ts";
import { maxAmount, minAmount } from "../../model/money.ts";

/** What this door reads; bounds: 3-domain, "Rules everywhere". */

const maxTextLength = 100_000;

/** A schema with a name of its own in the OpenAPI document, and the way to refer to it. */
export interface Component<Schema extends TSchema> {
  readonly schema: TSchema & { readonly $id: string };
  readonly ref: ReturnType<typeof Type.Unsafe<Static<Schema>>>;
}

export function component<Schema extends TSchema>(name: string, schema: Schema): Component<Schema> {
  return { schema: { $id: name, ...schema }, ref: Type.Unsafe<Static<Schema>>({ $ref: `${name}#` }) };
}

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** As a list of types: quicker to write out than a union, and the same thing. */
export const NullableText = Type.Unsafe<string | null>({ type: ["string", "null"] });
export const NullableInteger = Type.Unsafe<number | null>({ type: ["integer", "null"] });
export const Id = Type.String({ description: "UUID" });
export const Moment = Type.String({ format: "date-time", description: "ISO-8601, UTC" });
export const NullableMoment = Type.Unsafe<string | null>({ type: ["string", "null"], format: "date-time" });

export const IdParams = Type.Object({ id: Id });

/** Nothing is asked, but what is sent must be an object. */
export const NoFields = Type.Object({});

export const Slug = Type.String({
  pattern: "^[a-z0-9]+(?:[-_.][a-z0-9]+)*$",
  maxLength: 64,
  description: "Lower case letters and digits, parted by - _ or .",
});
export const Slugs = Type.Array(Slug, { maxItems: 50, uniqueItems: true });
export const Text = Type.String({ maxLength: maxTextLength });
export const FilledText = Type.String({ minLength: 1, maxLength: maxTextLength, pattern: "\\S" });
export const Title = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
export const Amount = Type.Integer({ minimum: minAmount, maximum: maxAmount });
export const Price = Type.Integer({ minimum: 0, maximum: maxAmount });
export const Currency = Type.Enum(["usd", "credits"], { description: "usd counts cents, credits are whole" });
export const States = Type.Enum([
  "open",
  "selecting",
  "in_progress",
  "in_review",
  "completed",
  "cancelled",
  "expired",
  "disputed",
]);

/** Query strings are text; `readPage` turns them into numbers and ids. */
export const Limit = Type.String({ pattern: "^([1-9][0-9]?|100)$", description: "1 to 100, 20 if absent" });
const Cursor = Type.String({ maxLength: 64, description: "`next_cursor` of the page before" });
export const Paging = { limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) };

export const Problem = component(
  "Problem",
  Type.Object(
    {
      type: Type.String(),
      title: Type.String(),
      status: Type.Integer(),
      detail: Type.String(),
      code: Type.String({ description: "What happened, for programs: lease_lost, task_taken, …" }),
      request_id: Type.String(),
      errors: Type.Optional(
        Type.Array(
          Type.Object({
            pointer: Type.Optional(Type.String({ description: "JSON pointer into the body: #/budget" })),
            parameter: Type.Optional(Type.String({ description: "Name of a path or query parameter" })),
            detail: Type.String(),
          }),
        ),
      ),
    },
    { description: "RFC 9457 problem details" },
  ),
);

const problems = { content: { "application/problem+json": { schema: Problem.ref } }, description: "Refused" };

/** The answers of an operation, for serialization and for the OpenAPI document. */
export function answers<Status extends 200 | 201, Success extends TSchema>(status: Status, success: Success) {
  return { [status]: success, "4xx": problems, "5xx": problems } as { [S in Status]: Success };
}

/** `{data, next_cursor}`; the cursor is null on the last page. */
export function page<Item extends TSchema>(item: Item) {
  return Type.Object({ data: Type.Array(item), next_cursor: NullableText });
}

/** Refuses `validation_failed`, naming a field of the body (`#/…`). */
export function refuseField(field: string, problem: string): never {
  const detail = `"${field}" ${problem}`;
  return refuseFault({ at: { pointer: `#/${field}` }, detail });
}

/** Refuses `validation_failed`, naming a parameter. */
export function refuseParameter(parameter: string, problem: string): never {
  return refuseFault({ at: { parameter }, detail: `"${parameter}" ${problem}` });
}

function refuseFault(fault: InputFault): never {
  return refuse("validation_failed", { message: fault.detail, faults: [fault] });
}
