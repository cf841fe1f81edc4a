import type { Pool } from "pg";
import { v7 as newId } from "uuid";
import { readConfig } from "../../config/config.ts";
import { ConfigError } from "../../config/environment.ts";
import { Engine } from "../../engine/engine.ts";
import { Refusal } from "../../model/errors.ts";
import type { Id } from "../../model/ids.ts";
import { instantFromMs } from "../../model/instant.ts";
import { readAdministrators } from "../../store/api-keys.ts";
import { openDatabase } from "../../store/database.ts";
import { createLog } from "../log.ts";
import { withDatabase } from "../open-house.ts";

/** A market as its administrators reach it from the command line: beside a running server, or without one. */
export interface AdminMarket {
  readonly engine: Engine;
  readonly reads: Pool;
  /** In whose name it is done: the administrators' organization. */
  readonly adminId: Id;
}

export interface OutputOptions {
  readonly json?: boolean;
}

export type Print = (line: string) => void;

/** One line for each. */
export function describeList(lines: readonly string[]): string {
  return lines.length === 0 ? "None." : lines.join("\n");
}

const maxShownLength = 80;

/** The first line of what strangers wrote, without what would move the terminal's cursor. */
export function plain(text: string): string {
  return (text.split("\n", 1)[0] ?? "").replace(/\p{Cc}/gu, " ").slice(0, maxShownLength);
}

/** What PostgreSQL says where there are no tables of ours. */
const undefinedTable = "42P01";

/**
 * Does something to the market that the settings name and tells what came of it, for people or as JSON. Returns whether
 * the market did not refuse it. Throws `ConfigError` where there is no market yet.
 */
export async function administer<Result>(
  options: OutputOptions,
  print: Print,
  work: (market: AdminMarket) => Promise<Result>,
  describe: (result: Result) => string,
): Promise<boolean> {
  try {
    const result = await withMarket(work);
    print(options.json === true ? JSON.stringify(result, null, 2) : describe(result));
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (options.json === true) print(JSON.stringify({ error: { code: error.code, detail: error.message } }, null, 2));
    else process.stderr.write(`guildhall: ${error.message}\n`);
    return false;
  }
}

async function withMarket<Result>(work: (market: AdminMarket) => Promise<Result>): Promise<Result> {
  const config = readConfig();
  return withDatabase(config, createLog(config), async (address) => {
    const database = openDatabase(address, { maxReadConnections: 1 });
    const clock = () => instantFromMs(Date.now());
    const engine = new Engine({ pool: database.market, clock, newId });
    try {
      const adminId = await findAdministrators(database.reads);
      return await work({ engine, reads: database.reads, adminId });
    } finally {
      await engine.close();
      await database.close();
    }
  });
}

async function findAdministrators(reads: Pool): Promise<Id> {
  const adminId = await readAdministrators(reads).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === undefinedTable) return undefined;
    throw error;
  });
  if (adminId !== undefined) return adminId;
  throw new ConfigError("This database holds no market yet: start the server once (guildhall serve).");
}
