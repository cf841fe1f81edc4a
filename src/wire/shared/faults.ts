import { isConnectionLoss } from "../../engine/database-faults.ts";
import { type InputFault, Refusal } from "../../model/errors.ts";

/** What Fastify says of a body, header or parameter that its schema refuses. */
interface SchemaFault {
  readonly instancePath: string;
  readonly message?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** Anything that can be thrown on a request's way, as a refusal. What nobody foresaw becomes `internal`. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isConnectionLoss(error)) return new Refusal("database_unavailable");
  if (!(error instanceof Error)) return new Refusal("internal");
  if ("validation" in error && Array.isArray(error.validation)) {
    const fault = error.validation[0] as SchemaFault;
    const message = describe(fault);
    const part = "validationContext" in error ? error.validationContext : "body";
    return new Refusal("validation_failed", { message, faults: [locate(fault, part, message)] });
  }
  return frameworkRefusal("code" in error ? error.code : undefined) ?? new Refusal("internal");
}

function frameworkRefusal(code: unknown): Refusal | undefined {
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new Refusal("body_too_large");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
    case "FST_ERR_CTP_INVALID_TYPE":
      return new Refusal("content_type_unsupported");
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new Refusal("body_malformed", { message: "The request body does not match its Content-Length." });
    case "FST_ERR_BAD_URL":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new Refusal("route_not_found");
    case "FST_ERR_NOT_FOUND":
      return new Refusal("route_not_found");
    default:
      return undefined;
  }
}

/** Where it is: a pointer into the body, or the name of a parameter. */
function locate(fault: SchemaFault, part: unknown, detail: string): InputFault {
  const missing = fault.params?.missingProperty;
  const path = typeof missing === "string" ? `${fault.instancePath}/${missing}` : fault.instancePath;
  if (part === "body") return { at: { pointer: `#${encodeURI(path)}` }, detail };
  return { at: { parameter: path.split("/")[1] ?? "" }, detail };
}

/** One sentence about the first thing wrong, naming the field. */
function describe(fault: SchemaFault): string {
  const path = fault.instancePath.split("/").filter((part) => part !== "");
  const params = fault.params ?? {};
  if (typeof params.missingProperty === "string") {
    return `${quote([...path, params.missingProperty])} is required.`;
  }
  if (Array.isArray(params.allowedValues)) {
    return `${quote(path)} must be one of: ${params.allowedValues.join(", ")}.`;
  }
  return `${quote(path)} ${fault.message ?? "is not valid"}.`;
}

function quote(path: readonly string[]): string {
  return path.length === 0 ? "The request body" : `"${path.join(".")}"`;
}
