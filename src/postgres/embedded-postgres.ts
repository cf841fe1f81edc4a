import { realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { acquire, connectionTo, type Holding } from "./acquire.ts";
import { installedBinariesFolder } from "./binaries.ts";
import { type ConnectionSettings, connect, mayPass } from "./connection.ts";
import { layoutOf, openDataFolder } from "./data-folder.ts";
import { chooseEndpoint } from "./endpoint.ts";
import { DataFolderUnreachable, errorCode, unlessCode } from "./errors.ts";
import { OwnedPostgres } from "./owned-postgres.ts";
import { findPostmaster } from "./postmaster.ts";
import { pause } from "./processes.ts";

export type { ConnectionSettings } from "./connection.ts";

export interface EmbeddedPostgresOptions {
  /** For example ~/.local/share/guildhall. Everything we keep there is named `postgres…`. */
  dataFolder: string;
  /** Further PostgreSQL settings; they win over ours. */
  settings?: Readonly<Record<string, string>>;
  /** How long initdb, and then the server until it answers, may take. Default: 60 000 ms each. */
  startTimeoutMs?: number;
  /** Told, in a sentence each, what happens to the server while we run. */
  log?: (message: string) => void;
  /** PostgreSQL programs to use (a folder with bin, lib and share). Default: the installed npm package's. */
  binariesFolder?: string;
}

/** A running PostgreSQL that this process alone owns. */
export interface EmbeddedPostgres {
  connection: ConnectionSettings;
  /** True if it was found running: its former owner was killed. */
  adopted: boolean;
  /** Shuts the server down, within 10 s. May be called any number of times. */
  stop(): Promise<void>;
  /** Called when the server is gone for good, or owned by another process, without stop(). */
  onExit(callback: (reason: string) => void): void;
}

const defaultStartTimeoutMs = 60_000;
const findTimeoutMs = 5_000;
const findPauseMs = 100;

/**
 * Starts the PostgreSQL of a data folder, making it on first use, or adopts one that a killed owner left running.
 * Until stop() it is restarted if it dies and no other process can own the folder.
 *
 * Refusals: DataFolderInUse (a living process owns the folder; nothing was changed), DataFolderUnreachable (the user
 * PostgreSQL must run as may not go there), PostgresStartFailed (anything else, in PostgreSQL's own words).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const data = await openDataFolder(options.dataFolder);
  const plan = {
    data,
    installedBinaries: options.binariesFolder ?? installedBinariesFolder(),
    settings: options.settings ?? {},
    timeoutMs: options.startTimeoutMs ?? defaultStartTimeoutMs,
  };
  const holding: Holding = await acquire(plan, await chooseEndpoint(data), () => false);
  return new OwnedPostgres(plan, holding, options.log ?? (() => {}));
}

/**
 * How to reach the server now running on a data folder, or undefined if none is. Takes no lock and changes nothing,
 * so it serves tools that work beside a running server. Refuses with DataFolderUnreachable if the folder is closed
 * to this user.
 */
export async function findRunningPostgres(dataFolder: string): Promise<ConnectionSettings | undefined> {
  try {
    const root = await unlessCode(realpath(resolve(dataFolder)), "ENOENT", "ENOTDIR");
    return root === undefined ? undefined : await findRunningIn(root);
  } catch (error) {
    if (errorCode(error) !== "EACCES") throw error;
    const why = "it belongs to another user. Run this as the user that runs the server.";
    throw new DataFolderUnreachable(dataFolder, dataFolder, why);
  }
}

async function findRunningIn(root: string): Promise<ConnectionSettings | undefined> {
  const data = { ...layoutOf(root), identity: undefined };
  for (const end = performance.now() + findTimeoutMs; performance.now() < end; await pause(findPauseMs)) {
    const running = await findPostmaster(join(root, "postgres"));
    if (!running) return undefined;
    if (!running.endpoint) continue;
    const connection = await connectionTo({ data }, running.endpoint);
    try {
      const client = await connect(connection, "guildhall");
      await client.end();
      return connection;
    } catch (error) {
      // Starting or recovering: it will answer soon.
      if (!mayPass(error)) throw error;
    }
  }
  return undefined;
}
