import type { Readable } from "node:stream";

/** What a direct link says about the file, beside giving its bytes. */
export interface DirectLinkOptions {
  /** The Content-Disposition that the store answers with. */
  readonly disposition: string;
  readonly mediaType: string;
  readonly lastsSeconds: number;
}

/**
 * Keeps bytes under keys that we choose (UUIDs). Bytes are never changed once they are there. All bytes pass through as
 * streams; no implementation holds more than a few MiB of one object.
 */
export interface ObjectStore {
  /**
   * Stores what the stream gives. When it resolves, all bytes are there for good; when it rejects (also because the
   * stream failed), none are visible.
   */
  put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** The bytes, from the first on. Rejects if there are none under this key. */
  read(key: string): Promise<Readable>;
  /** Removes the bytes and whatever an interrupted `put` left. Nothing there is fine. */
  remove(key: string): Promise<void>;
  /** A link to the bytes that leaves this server out, where the store has such links. */
  directLink(key: string, options: DirectLinkOptions): Promise<string | undefined>;
  close(): void;
}

const keyPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Nothing but our own UUIDs ever becomes part of a path. */
export function assertKey(key: string): void {
  if (!keyPattern.test(key)) throw new Error("An object's key must be a UUID in lower case.");
}
