import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { TestHouse } from "./test-house.ts";

export interface KeptFiles {
  /** Names of the stored bytes. */
  readonly onDisk: string[];
  readonly rows: number;
  /** Uploads announced and not finished. */
  readonly uploads: number;
}

/** Everything that is on the disk and in the database about files. */
export async function keptFiles(house: TestHouse, dataFolder: string): Promise<KeptFiles> {
  const names = await readdir(join(dataFolder, "files"), { recursive: true, withFileTypes: true }).catch(() => []);
  const { rows } = await house.app.database.reads.query<{ files: number; uploads: number }>(
    "select (select count(*) from files) as files, (select count(*) from file_uploads) as uploads",
  );
  const onDisk = names.filter((entry) => entry.isFile()).map((entry) => entry.name);
  return { onDisk: onDisk.sort(), rows: rows[0]?.files ?? -1, uploads: rows[0]?.uploads ?? -1 };
}
