import type { Readable } from "node:stream";

/** Where the bytes of files are, as far as doors use it. */
export interface FileBytes {
  /** When it resolves, all bytes are there for good; when it rejects, none are. */
  put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  read(key: string): Promise<Readable>;
  remove(key: string): Promise<void>;
  /** A link to the store itself, where it has such links. */
  directLink(
    key: string,
    options: { readonly disposition: string; readonly mediaType: string; readonly lastsSeconds: number },
  ): Promise<string | undefined>;
}
