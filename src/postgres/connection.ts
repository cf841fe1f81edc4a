import pg from "pg";
import { errorCode } from "./errors.ts";

/** How to reach the embedded server; fits pg's PoolConfig. `host` is the folder of a unix socket, except on Windows. */
export interface ConnectionSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

const tryTimeoutMs = 2_000;
/** Starting, recovering or stopping; cut off by a shutdown or a crash; full. All of these pass. */
const passingCodes = new Set(["57P01", "57P02", "57P03", "53300"]);

/** One connection of our own, in the database named by the settings. Rejects as pg does. */
export async function connect(settings: ConnectionSettings, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    ...settings,
    application_name: applicationName,
    connectionTimeoutMillis: tryTimeoutMs,
    keepAlive: true,
    // Whatever limits the server was given, they are not meant for this one.
    options: "-c idle_session_timeout=0 -c statement_timeout=0",
  });
  // Without a listener a lost connection would end our process; who cares listens to "end".
  client.on("error", () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

/** Whether another attempt may succeed: the server is not there yet, or going away, rather than refusing us. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  return passingCodes.has(errorCode(error) ?? "");
}
