import { createHmac, timingSafeEqual } from "node:crypto";
import type { Id } from "../../model/ids.ts";
import { type Instant, instantToMs } from "../../model/instant.ts";

/** 4-dialects, agentwork: a download_url lasts 1 hour. */
export const linkLastsSeconds = 3_600;

export interface FileLinksOptions {
  /** The server's own; the same on every node and after a restart. */
  readonly secret: string;
  readonly clock: () => Instant;
  /** Where clients reach this server, without a slash at the end. Asked when a link is made. */
  readonly publicUrl: () => string;
}

/**
 * Links that carry their own permission: whoever holds one may download that file until it expires, without a key. Signed
 * with HMAC-SHA256 by a key derived from the server's secret, so they need no storage and survive a restart.
 */
export class FileLinks {
  readonly #key: Buffer;
  readonly #clock: () => Instant;
  readonly #publicUrl: () => string;

  constructor({ secret, clock, publicUrl }: FileLinksOptions) {
    this.#key = createHmac("sha256", secret).update("file-links").digest();
    this.#clock = clock;
    this.#publicUrl = publicUrl;
  }

  /** A link to a file's bytes that lasts one hour. */
  signedUrl(fileId: Id): string {
    return `${this.#publicUrl()}${this.#path(fileId, this.#nowSeconds() + linkLastsSeconds)}`;
  }

  /**
   * Whether a request's path and query, as they were sent, are a link of ours that has not expired. Compared as a whole
   * with the link we would make, so that no second spelling of it works.
   */
  allows(sent: string, fileId: string): boolean {
    const expires = /[?&]expires=(\d{1,12})(?:&|$)/.exec(sent)?.[1];
    if (expires === undefined || !sameText(sent, this.#path(fileId, Number(expires)))) return false;
    return Number(expires) > this.#nowSeconds();
  }

  #path(fileId: string, expires: number): string {
    const signature = createHmac("sha256", this.#key).update(`${fileId}\n${expires}`).digest("base64url");
    return `/v1/files/${fileId}?expires=${expires}&signature=${signature}`;
  }

  #nowSeconds(): number {
    return Math.floor(instantToMs(this.#clock()) / 1_000);
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
