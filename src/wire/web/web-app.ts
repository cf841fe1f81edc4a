import { randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { readWebFiles, type WebFile } from "./web-files.ts";

/** Addresses of programs: what is not found there is answered as the API answers, never with a page. */
const apiAddress =
  /^\/(v1|api|mcp|openapi|openapi\.json|a2a|acp|\.well-known|healthz|readyz|metrics|club|nexwork|agentwork|agentmarket)(\/|$)/;

const forEver = "public, max-age=31536000, immutable";
const noncePlace = "{{nonce}}";

/** The API's reference for people, of each door by its name: a page of its own. */
const referenceAddress = /^\/docs(\/(club|agentwork|agentmarket|nexwork))?\/?$/;

/** The built web app: its files, and for every other address that a browser asks for its one page, which reads the address. */
export class WebApp {
  readonly #folder: string;
  #files: Promise<ReadonlyMap<string, WebFile>> | undefined;

  /** `folder` is read with the first request. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Answers what no route does, if it is for a browser. Returns false, and does nothing, if it is not. */
  async answer(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const path = request.url.split("?", 1)[0] ?? "";
    if (apiAddress.test(path)) return false;
    this.#files ??= readWebFiles(this.#folder);
    const files = await this.#files;
    const file = path.endsWith(".html") ? undefined : files.get(path);
    if (file !== undefined) {
      sendFile(request, reply, file);
      return true;
    }
    const isReference = referenceAddress.test(path);
    const page = files.get(isReference ? "/reference.html" : "/index.html");
    const wantsPage = /\btext\/html\b/.test(request.headers.accept ?? "") && !path.startsWith("/assets/");
    if (page === undefined || !wantsPage) return false;
    sendPage(reply, page, isReference ? looseStyles : strictStyles);
    return true;
  }
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: WebFile): void {
  const accepted = request.headers["accept-encoding"] ?? "";
  const encoding = (["br", "gzip"] as const).find((name) => accepted.includes(name) && file.compressed.has(name));
  reply.headers({
    "Content-Type": file.mediaType,
    "Cache-Control": file.isHashed ? forEver : "no-cache",
    "X-Content-Type-Options": "nosniff",
    // An image opened by itself is a document: it may do nothing.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    ...(file.compressed.size === 0 ? {} : { Vary: "Accept-Encoding" }),
    ...(encoding === undefined ? {} : { "Content-Encoding": encoding }),
  });
  reply.send((encoding === undefined ? undefined : file.compressed.get(encoding)) ?? file.bytes);
}

const strictStyles = (nonce: string): string => `style-src 'self' 'nonce-${nonce}'`;
/** The reference's library writes its own `<style>` elements. The page shows documents of ours and takes no text of others. */
const looseStyles = (): string => "style-src 'self' 'unsafe-inline'";

/**
 * Scripts only from files of ours; styles too, but for the few elements that carry the nonce of this one answer (Mantine's
 * variables and scroll lock). The page talks to this server alone and nobody may frame it.
 */
function sendPage(reply: FastifyReply, page: WebFile, stylesFor: (nonce: string) => string): void {
  const nonce = randomBytes(16).toString("base64url");
  reply
    .headers({
      "Content-Type": page.mediaType,
      "Cache-Control": "no-cache",
      "Content-Security-Policy": [
        "default-src 'none'",
        "script-src 'self'",
        stylesFor(nonce),
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join("; "),
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
      "Referrer-Policy": "same-origin",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    })
    .send(page.bytes.toString("utf8").replaceAll(noncePlace, nonce));
}
