import type { Part } from "@a2a-js/sdk";
import { readableText } from "../stranger-text.ts";

/** A file of another agent's result; it is stored with the step that fetched it. */
export interface RemoteFile {
  readonly name: string;
  readonly mediaType: string;
  readonly base64: string;
}

export interface RemoteResult {
  readonly text: string;
  readonly files: readonly RemoteFile[];
}

const maxFiles = 50;
/** All together: they are part of a stored step. What is larger stays where it is, and its address is handed in. */
const maxBytes = 4 * 1_048_576;
const maxNameLength = 255;
const mediaTypePattern = /^[\w.+-]+\/[\w.+-]+$/;

/** Words, data and files of an agent's artifacts. */
export async function readResult(
  artifacts: readonly (readonly Part[])[],
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<RemoteResult> {
  const collected = new Collected();
  for (const part of artifacts.flat()) {
    const { content } = part;
    if (content?.$case === "text") collected.addText(String(content.value));
    else if (content?.$case === "data") collected.addText(JSON.stringify(content.value, null, 2) ?? "");
    else if (content?.$case === "raw") collected.addFile(part, Buffer.from(content.value));
    else if (content?.$case === "url") {
      const bytes = await download(String(content.value), fetch, signal, collected.bytesLeft);
      if (bytes === undefined) collected.addText(String(content.value));
      else collected.addFile(part, bytes);
    }
  }
  return { text: collected.text, files: collected.files };
}

class Collected {
  readonly files: RemoteFile[] = [];
  readonly #texts: string[] = [];
  readonly #names = new Set<string>();
  bytesLeft = maxBytes;

  get text(): string {
    return readableText(this.#texts.join("\n\n"));
  }

  addText(text: string): void {
    if (text !== "") this.#texts.push(text);
  }

  addFile(part: Part, bytes: Buffer): void {
    if (bytes.length > this.bytesLeft || this.files.length === maxFiles) {
      this.addText(`(A file of ${bytes.length} bytes was left out.)`);
      return;
    }
    this.bytesLeft -= bytes.length;
    const mediaType = mediaTypePattern.test(part.mediaType) ? part.mediaType.toLowerCase() : "application/octet-stream";
    this.files.push({ name: this.#nameOf(part), mediaType, base64: bytes.toString("base64") });
  }

  /** A name of its own, that leads nowhere. */
  #nameOf({ filename }: Part): string {
    const last = String(filename).split(/[/\\]/).at(-1) ?? "";
    const plain = readableText(last)
      .replaceAll(/[\p{Cc}:\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]/gu, "")
      .trim()
      .slice(-maxNameLength);
    const base = plain === "" || plain === "." || plain === ".." ? `file-${this.files.length + 1}` : plain;
    const name = this.#names.has(base) ? `${this.files.length + 1}-${base}`.slice(0, maxNameLength) : base;
    this.#names.add(name);
    return name;
  }
}

/** Undefined where the file cannot be had, or is too large. */
async function download(
  url: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
  maxLength: number,
): Promise<Buffer | undefined> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) return undefined;
    const bytes = Buffer.from(await response.arrayBuffer());
    return bytes.length > maxLength ? undefined : bytes;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
