import { addAbortSignal } from "node:stream";
import type { ObjectStore } from "../outbound/object-store.ts";

/** The beginning of a text, and whether there is more of it. */
export interface TextStart {
  readonly content: string;
  readonly truncated: boolean;
}

const textTypes =
  /^(?:text\/(?!html)|application\/(?:json|xml|yaml|x-yaml|x-ndjson|jsonl|javascript|sql|x-sh|toml))|\+(?:json|xml|yaml)$/;
const textEndings =
  /\.(?:csv|tsv|json|jsonl|ndjson|md|markdown|txt|text|rst|adoc|tex|xml|ya?ml|toml|ini|sql|log|srt|vtt|py|js|ts|jsx|tsx|rs|go|java|c|h|cpp|cs|rb|php|sh|css|svg)$/i;

/** Whether a name or a media type says that something is text that can be read as it is; a web page cannot. */
export function isTextLike(name: string, mediaType: string): boolean {
  const type = mediaType.toLowerCase().split(";", 1)[0]?.trim() ?? "";
  return textTypes.test(type) || textEndings.test(name);
}

/** Reads at most `maxBytes` of a stored text; null if it turns out to be no text. */
export async function readStoredText(
  objects: ObjectStore,
  storageKey: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<TextStart | null> {
  const stream = addAbortSignal(signal, await objects.read(storageKey));
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop ends the stream.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return decodeText(Buffer.concat(chunks).subarray(0, maxBytes), length > maxBytes);
}

/** Bytes as UTF-8, or UTF-16 if they begin with its mark; null if that makes no text. */
export function decodeText(bytes: Uint8Array, truncated: boolean): TextStart | null {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  // As a stream, so that a character cut in two at the end is left out.
  const content = new TextDecoder(encoding).decode(bytes, { stream: truncated });
  return content.includes("\0") ? null : { content, truncated };
}
