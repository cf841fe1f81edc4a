import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Logger } from "pino";
import type { App, AppOptions } from "../app.ts";
import type { Config } from "../config/config.ts";
import { type EmbeddedPostgres, findRunningPostgres, startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import type { DatabaseAddress } from "../store/database.ts";
import { ensureAdminKey } from "./admin-key.ts";
import { keepSecretFile } from "./secret-file.ts";

/** A server with its database, as one thing to start and stop. */
export interface House {
  readonly app: App;
  readonly url: string;
  /** Where the admin key is kept. */
  readonly adminKeyFile: string;
  close(): Promise<void>;
}

export interface OpenHouseOptions extends Pick<AppOptions, "clock" | "takesJobs"> {
  /** Told when the embedded database is gone for good; the server cannot go on. */
  readonly onDatabaseLost?: (reason: string) => void;
}

/** Starts everything that `guildhall serve` is: the database, the server, the jobs. */
export async function openHouse(config: Config, log: Logger, options: OpenHouseOptions = {}): Promise<House> {
  const embedded = await startDatabase(config, log);
  if (embedded !== undefined) embedded.onExit((reason) => options.onDatabaseLost?.(reason));
  try {
    const secret = config.secret ?? (await keepSecretFile(join(config.dataFolder, "secret"), makeSecret));
    // Only now: a server that must not start should say so before it has read all of itself.
    const { createApp } = await import("../app.ts");
    const app = await createApp({
      config,
      database: addressOf(config, embedded),
      secret,
      log,
      ...clockAndJobs(options),
    });
    const adminKeyFile = join(config.dataFolder, "admin-key");
    try {
      await ensureAdminKey(app, adminKeyFile, config.signupCents);
      const url = await app.listen(config);
      return {
        app,
        url,
        adminKeyFile,
        async close() {
          await app.close();
          await embedded?.stop();
        },
      };
    } catch (error) {
      await app.close();
      throw error;
    }
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** The database that a server on this data folder uses now, or one started for as long as `work` takes. */
export async function withDatabase<Result>(
  config: Config,
  log: Logger,
  work: (address: DatabaseAddress) => Promise<Result>,
): Promise<Result> {
  if (config.databaseUrl !== undefined) return work({ connectionString: config.databaseUrl });
  const running = await findRunningPostgres(config.dataFolder);
  if (running !== undefined) return work(running);
  const embedded = await startEmbeddedPostgres({ dataFolder: config.dataFolder, log: (line) => log.debug(line) });
  try {
    return await work(embedded.connection);
  } finally {
    await embedded.stop();
  }
}

async function startDatabase(config: Config, log: Logger): Promise<EmbeddedPostgres | undefined> {
  if (config.databaseUrl !== undefined) return undefined;
  return startEmbeddedPostgres({ dataFolder: config.dataFolder, log: (line) => log.info(line) });
}

function addressOf(config: Config, embedded: EmbeddedPostgres | undefined): DatabaseAddress {
  if (embedded !== undefined) return embedded.connection;
  if (config.databaseUrl === undefined) throw new Error("There is neither an embedded database nor a DATABASE_URL.");
  return { connectionString: config.databaseUrl };
}

function clockAndJobs({ clock, takesJobs }: OpenHouseOptions): Pick<AppOptions, "clock" | "takesJobs"> {
  return { ...(clock === undefined ? {} : { clock }), ...(takesJobs === undefined ? {} : { takesJobs }) };
}

function makeSecret(): string {
  return randomBytes(32).toString("hex");
}
