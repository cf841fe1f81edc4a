import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { assertKey, type ObjectStore } from "./object-store.ts";

const folderMode = 0o700;
const fileMode = 0o600;

/**
 * Objects as files below one folder, spread over 65,536 shards by the last characters of their keys (the first ones of a
 * UUIDv7 are a time). An object is written beside, flushed to the disk and then given its name.
 */
export class LocalObjectStore implements ObjectStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const [unfinished, finished] = [this.#unfinishedPath(key), this.#path(key)];
    await makeFolder(dirname(unfinished));
    // Fails if another `put` of this key is under way; that one's bytes are then left alone.
    const file = await open(unfinished, "wx", fileMode);
    try {
      // `flush` syncs the file before it is closed.
      await pipeline(bytes, file.createWriteStream({ flush: true }));
      await makeFolder(dirname(finished));
      await rename(unfinished, finished);
      await syncFolder(dirname(finished));
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async read(key: string): Promise<Readable> {
    const file = await open(this.#path(key), "r");
    return file.createReadStream();
  }

  async remove(key: string): Promise<void> {
    await rm(this.#unfinishedPath(key), { force: true });
    await rm(this.#path(key), { force: true });
  }

  /** A disk has no address of its own. */
  async directLink(): Promise<undefined> {
    return undefined;
  }

  close(): void {}

  #path(key: string): string {
    assertKey(key);
    return join(this.#folder, key.slice(-4, -2), key.slice(-2), key);
  }

  #unfinishedPath(key: string): string {
    assertKey(key);
    return join(this.#folder, "unfinished", key);
  }
}

/** Makes a folder last: a new one is an entry in its parent, which must reach the disk too. */
async function makeFolder(folder: string): Promise<void> {
  const firstMade = await mkdir(folder, { recursive: true, mode: folderMode });
  if (firstMade === undefined) return;
  for (let made = folder; made.length >= firstMade.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  // Windows can neither open a folder nor needs it.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
