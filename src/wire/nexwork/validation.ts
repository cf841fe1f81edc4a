import type { TSchema } from "@fastify/type-provider-typebox";
import type { FastifySchemaCompiler } from "fastify";
import { Compile } from "typebox/compile";
import { type InputFault, Refusal, refuse } from "../../model/errors.ts";

/** One thing that the schema library finds wrong, in JSON Schema's words. */
interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
}

type Titles = Readonly<Record<string, { readonly title?: string }>>;

/**
 * Checks what comes in against a route's schemas and tells everything that is wrong at once, field by field and in
 * plain words: the document's clients read `fieldErrors`. A field is called by its schema's `title`.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const titles = ("properties" in schema ? schema.properties : {}) as Titles;
  return (value: unknown) => {
    if (validator.Check(value)) return { value };
    const faults = (validator.Errors(value) as readonly Fault[]).flatMap((fault) => explain(fault, titles));
    const isBody = httpPart === "body";
    const located = faults.map(([field, detail]) => locate(isBody, field, detail));
    const message = faults[0]?.[1] ?? "The request is not valid.";
    return { error: new Refusal("validation_failed", { message, faults: located }) };
  };
};

/** Refuses one field of the body, where a schema alone cannot tell that it is wrong. */
export function refuseField(field: string, detail: string): never {
  refuse("validation_failed", { message: detail, faults: [locate(true, field, detail)] });
}

function locate(isBody: boolean, field: string, detail: string): InputFault {
  return { at: isBody ? { pointer: `#/${encodeURI(field)}` } : { parameter: field }, detail };
}

/** Which fields a fault is in ("" for the whole), and what to say of each. */
function explain({ keyword, instancePath, params }: Fault, titles: Titles): [field: string, detail: string][] {
  const nameOf = (field: string): string => titles[field]?.title ?? field;
  const [, field = "", item] = instancePath.split("/");
  if (keyword === "required" && field === "") {
    return read(params, "requiredProperties").map((missing) => [missing, `${nameOf(missing)} is required`]);
  }
  if (field === "") return [["", "The request body must be a JSON object"]];
  const subject = item === undefined ? nameOf(field) : `Every entry of ${nameOf(field)}`;
  return [[field, `${subject} ${demandOf(keyword, params)}`]];
}

function demandOf(keyword: string, params: object): string {
  const limit = "limit" in params ? String(params.limit) : "";
  switch (keyword) {
    case "type":
      return `must be ${kinds["type" in params ? String(params.type) : ""] ?? "of another type"}`;
    case "minLength":
      return `must be at least ${limit} characters`;
    case "maxLength":
      return `must be at most ${limit} characters`;
    case "minimum":
      return `must be at least ${limit}`;
    case "maximum":
      return `must be at most ${limit}`;
    case "exclusiveMinimum":
      return `must be more than ${limit}`;
    case "maxItems":
      return `must have at most ${limit} entries`;
    default:
      return "is not valid";
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  array: "a list",
};

function read(params: object, name: "requiredProperties"): string[] {
  const value: unknown = name in params ? (params as Record<string, unknown>)[name] : [];
  return Array.isArray(value) ? value.map(String) : [];
}
