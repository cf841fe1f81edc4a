import { pipeline, type Readable, Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { OutboundError } from "./outbound-error.ts";

/** Ends where the sender did, as browsers do, also in the middle of a block. */
const lenient = { finishFlush: constants.Z_SYNC_FLUSH };

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(lenient),
  "x-gzip": () => createGunzip(lenient),
  deflate: () => createInflate(lenient),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
};

/** What we say we understand. */
export const acceptedEncodings = "gzip, deflate, br";

/** Whoever reads the last of several streams sees the failures of all; nobody else needs to be told. */
const seenByReader = (): void => undefined;

/** The body as it was before it was compressed. Read it with one of the functions below, which end it. */
export function decodedBody(raw: Readable, encoding: string | undefined): Readable {
  const name = (encoding ?? "").trim().toLowerCase();
  if (name === "" || name === "identity") return raw;
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decoder !== undefined) return pipeline(raw, decoder(), seenByReader);
  raw.on("error", seenByReader).destroy();
  throw new OutboundError("response_malformed");
}

export interface Collected {
  readonly bytes: Buffer;
  /** Whether there was more. */
  readonly truncated: boolean;
}

/** Reads at most `maxBytes`, and nothing past them. One more is a fault (`response_too_large`), or cut off. */
export async function collect(body: Readable, maxBytes: number, cutsOff: boolean): Promise<Collected> {
  const chunks: Buffer[] = [];
  let left = maxBytes;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (chunk.length > left) {
      if (!cutsOff) throw new OutboundError("response_too_large");
      chunks.push(chunk.subarray(0, left));
      return { bytes: Buffer.concat(chunks), truncated: true };
    }
    left -= chunk.length;
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks), truncated: false };
}

/** The body as a stream that fails with `response_too_large` after `maxBytes`. */
export function limitedStream(body: Readable, maxBytes: number): Readable {
  let left = maxBytes;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(new OutboundError("response_too_large"));
      else done(null, chunk);
    },
  });
  return pipeline(body, limit, seenByReader);
}
