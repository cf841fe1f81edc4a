/** A file of an archive while it is read. Whatever of `bytes` is left unread is passed over. */
export interface TarEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly bytes: AsyncGenerator<Uint8Array, void, undefined>;
}

const blockBytes = 512;
const longNameMax = 8_192;

/**
 * The files of an archive as `tar -c` writes it, in order, until nobody asks any more; folders, links and devices are left out. Nothing is written
 * anywhere: what a stranger packed is only told of. Throws on what is no archive.
 */
export async function* tarEntries(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void, undefined> {
  const reader = new BlockReader(source);
  try {
    yield* entriesIn(reader);
  } finally {
    await reader.close();
  }
}

async function* entriesIn(reader: BlockReader): AsyncGenerator<TarEntry, void, undefined> {
  let longName: string | null = null;
  for (;;) {
    const header = await reader.take(blockBytes);
    if (header === null || header.every((byte) => byte === 0)) return;
    const sizeBytes = sizeIn(header);
    const kind = String.fromCharCode(header[156] ?? 0);
    const padded = Math.ceil(sizeBytes / blockBytes) * blockBytes;
    if (kind === "L") {
      if (sizeBytes > longNameMax) throw new Error("A name in the archive is too long.");
      longName = textOf((await reader.take(padded)) ?? new Uint8Array());
      continue;
    }
    const path = longName ?? nameIn(header);
    longName = null;
    const bytes = reader.pass(sizeBytes);
    if (kind === "0" || kind === "\0") yield { path: path.replace(/^\.\//, ""), sizeBytes, bytes };
    for await (const _ of bytes);
    await reader.take(padded - sizeBytes);
  }
}

/** Octal digits, or base 256 where the highest bit is set. */
function sizeIn(header: Uint8Array): number {
  const field = header.subarray(124, 136);
  if ((field[0] ?? 0) & 0x80) return field.subarray(4).reduce((sum, byte) => sum * 256 + byte, 0);
  const size = Number.parseInt(textOf(field).trim() || "0", 8);
  if (!Number.isSafeInteger(size)) throw new Error("This is no archive.");
  return size;
}

function nameIn(header: Uint8Array): string {
  const prefix =
    textOf(header.subarray(257, 262)) === "ustar" && header[263] === 0x30 ? textOf(header.subarray(345, 500)) : "";
  const name = textOf(header.subarray(0, 100));
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
}

/** Takes a stream apart at places of our choice. */
class BlockReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Lets go of the stream, wherever it is. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Exactly so many bytes, or null at the end. */
  async take(count: number): Promise<Uint8Array | null> {
    const taken: Uint8Array[] = [];
    let length = 0;
    for await (const piece of this.pass(count)) {
      taken.push(piece);
      length += piece.length;
    }
    return length < count ? null : Buffer.concat(taken);
  }

  /** So many bytes in pieces; fewer only at the end. */
  async *pass(count: number): AsyncGenerator<Uint8Array, void, undefined> {
    let left = count;
    while (left > 0) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#chunks.next();
        if (done === true) return;
        this.#rest = value;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}
