import { A2A_ERROR_CODE, A2AError, type JsonRpcA2AError } from "@a2a-js/sdk/errors";
import type { Refusal, RefusalCode, RefusalKind } from "../../model/errors.ts";
import type { DialectErrors } from "../shared/dialect.ts";
import { plainStatusOf } from "../shared/plain-status.ts";

/** Where A2A has no code of its own: JSON-RPC's first for servers. */
const refusedCode = -32_000;

const codeOf = {
  invalid: A2A_ERROR_CODE.INVALID_PARAMS,
  unauthenticated: refusedCode,
  funds: refusedCode,
  forbidden: refusedCode,
  not_found: refusedCode,
  conflict: A2A_ERROR_CODE.UNSUPPORTED_OPERATION,
  too_large: refusedCode,
  unsupported_media_type: A2A_ERROR_CODE.CONTENT_TYPE_NOT_SUPPORTED,
  rate_limited: refusedCode,
  internal: A2A_ERROR_CODE.INTERNAL_ERROR,
  upstream_failed: A2A_ERROR_CODE.INTERNAL_ERROR,
  unavailable: A2A_ERROR_CODE.INTERNAL_ERROR,
  upstream_timeout: A2A_ERROR_CODE.INTERNAL_ERROR,
} as const satisfies Record<RefusalKind, number>;

/** What A2A itself has a code for. */
const specialCodes: Partial<Record<RefusalCode, number>> = {
  task_not_found: A2A_ERROR_CODE.TASK_NOT_FOUND,
  body_malformed: A2A_ERROR_CODE.PARSE_ERROR,
};

/** A refusal in the words of the protocol: `error.data` names its code, for programs. */
export class RefusedByMarket extends A2AError implements JsonRpcA2AError {
  readonly transport = "jsonrpc";
  override readonly reason: string;
  readonly envelopeCode: number;

  constructor({ kind, code, message, details }: Refusal, envelopeCode?: number) {
    const known = Object.entries(details).map(([name, value]): [string, string] => [name, String(value)]);
    super({ message, metadata: Object.fromEntries(known) });
    // The SDK writes `data` only of errors whose names it knows.
    this.name = "UnsupportedOperationError";
    this.reason = code.toUpperCase();
    this.envelopeCode = envelopeCode ?? specialCodes[code] ?? codeOf[kind];
  }
}

/** JSON-RPC errors with A2A's codes. The status is HTTP's own word for whoever stands between. */
export const a2aErrors: DialectErrors = {
  name: "a2a",
  owns: (path) => /^\/(a2a|\.well-known\/agent-card\.json)(\/|$)/.test(path),
  render(request, reply, refusal) {
    const error = new RefusedByMarket(refusal);
    const said = { code: error.envelopeCode, message: refusal.message, data: [error.toErrorInfo()] };
    return reply.code(plainStatusOf[refusal.kind]).send({ jsonrpc: "2.0", id: idOf(request.body), error: said });
  },
};

/** The request's own id, where it could be read. */
function idOf(body: unknown): string | number | null {
  const id = typeof body === "object" && body !== null && "id" in body ? body.id : null;
  return typeof id === "string" || typeof id === "number" ? id : null;
}
