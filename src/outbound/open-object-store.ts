import { join } from "node:path";
import { LocalObjectStore } from "./local-object-store.ts";
import type { ObjectStore } from "./object-store.ts";
import { S3ObjectStore, type S3Settings } from "./s3-object-store.ts";

export interface ObjectStoreSettings {
  /** Objects are kept in `files` below it, unless there is S3. */
  readonly dataFolder: string;
  readonly s3: S3Settings | undefined;
}

/** S3 where it is configured, else the local disk. Touches neither yet. */
export function openObjectStore({ dataFolder, s3 }: ObjectStoreSettings, now: () => Date): ObjectStore {
  return s3 === undefined ? new LocalObjectStore(join(dataFolder, "files")) : new S3ObjectStore(s3, now);
}
