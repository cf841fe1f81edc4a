import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { parse as parseSecurely } from "secure-json-parse";
import { Refusal } from "../../model/errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** SHA-256 of the body as it was sent, hex; only taken where an Idempotency-Key asks for it. */
    bodyDigest: string | null;
  }
}

/** Deeper than any request needs; keeps every walk over a body short. */
const maxDepth = 32;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * JSON bodies, read strictly: valid UTF-8, no prototype keys, no NUL, no lone surrogates, not nested past 32. An empty
 * body is no body. Anything else is refused before a route sees it.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  app.decorateRequest("bodyDigest", null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    "application/json",
    { parseAs: "buffer" },
    async (request: FastifyRequest, body: Buffer) => {
      if (request.headers["idempotency-key"] !== undefined) {
        request.bodyDigest = createHash("sha256").update(body).digest("hex");
      }
      return body.length === 0 ? undefined : parseJson(body);
    },
  );
}

function parseJson(body: Buffer): unknown {
  let value: unknown;
  try {
    value = parseSecurely(utf8.decode(body), { protoAction: "error", constructorAction: "error" });
  } catch {
    throw new Refusal("body_malformed");
  }
  refuseUnstorable(value);
  return value;
}

/** Walks without recursion: a hostile body must not be able to exhaust the stack. */
function refuseUnstorable(root: unknown): void {
  const pending: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    if (typeof value === "string") refuseUnstorableText(value);
    if (typeof value !== "object" || value === null) continue;
    if (depth === maxDepth) throw new Refusal("body_malformed", { message: "The request body is nested too deeply." });
    if (Array.isArray(value)) {
      for (const item of value) pending.push({ value: item, depth: depth + 1 });
      continue;
    }
    for (const [key, item] of Object.entries(value)) {
      refuseUnstorableText(key);
      pending.push({ value: item, depth: depth + 1 });
    }
  }
}

/** PostgreSQL stores neither NUL nor half a surrogate pair (3-domain, "Rules everywhere"). */
function refuseUnstorableText(text: string): void {
  if (!text.includes("\u0000") && text.isWellFormed()) return;
  throw new Refusal("validation_failed", { message: "Text must not contain NUL or unpaired surrogates." });
}
