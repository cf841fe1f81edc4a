import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRunningPostgres } from "../../src/postgres/embedded-postgres.ts";
import { postmasterPid, ServerProcess } from "./server-process.ts";

const endMs = 5_000;

/** Data folders of one test file; `clear` also ends servers, and a PostgreSQL that a killed one left behind. */
export class DataFolders {
  readonly #folders: string[] = [];

  async make(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "guildhall-test-"));
    this.#folders.push(folder);
    return folder;
  }

  async clear(): Promise<void> {
    await ServerProcess.endAll();
    for (const folder of this.#folders.splice(0)) {
      await endOrphan(folder);
      // PostgreSQL removes files of its own until the very end.
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }
}

async function endOrphan(folder: string): Promise<void> {
  if ((await findRunningPostgres(folder)) === undefined) return;
  process.kill(await postmasterPid(folder), "SIGINT");
  const giveUpAtMs = Date.now() + endMs;
  while ((await findRunningPostgres(folder)) !== undefined && Date.now() < giveUpAtMs) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
