/** Another living process owns the data folder; nothing was changed. Stop that process, or use another folder. */
export class DataFolderInUse extends Error {
  override readonly name = "DataFolderInUse";
  readonly dataFolder: string;
  readonly ownerPid: number | undefined;
  readonly ownerSince: Date | undefined;

  constructor(dataFolder: string, owner: { pid: number; since: Date } | undefined) {
    const who = owner ? `process ${owner.pid}, running since ${owner.since.toISOString()}` : "another process";
    super(
      `The data folder ${dataFolder} is in use by ${who}. ` +
        "Two servers cannot share one folder: stop that one first, or set GUILDHALL_DATA to a different folder.",
    );
    this.dataFolder = dataFolder;
    this.ownerPid = owner?.pid;
    this.ownerSince = owner?.since;
  }
}

/** The data folder cannot be created or entered by the user that PostgreSQL must run as. */
export class DataFolderUnreachable extends Error {
  override readonly name = "DataFolderUnreachable";
  readonly dataFolder: string;
  /** The folder that stands in the way: the data folder itself or one above it. */
  readonly blockingFolder: string;

  constructor(dataFolder: string, blockingFolder: string, why: string) {
    super(`The data folder ${dataFolder} cannot be used: ${why}`);
    this.dataFolder = dataFolder;
    this.blockingFolder = blockingFolder;
  }
}

/** PostgreSQL could not be prepared or started; the message carries what it said itself. */
export class PostgresStartFailed extends Error {
  override readonly name = "PostgresStartFailed";
}

/** The `code` of a system or PostgreSQL error ("ENOENT", "57P03"), or undefined. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** A promise's value, or undefined when it fails with one of these codes; any other failure goes on. */
export async function unlessCode<T>(promise: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codes.includes(errorCode(error) ?? "")) return undefined;
    throw error;
  }
}
