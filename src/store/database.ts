import pg from "pg";
import type { Instant } from "../model/instant.ts";

/** Where PostgreSQL is: a URL, or the parts of one (`host` may be the folder of a unix socket). */
export type DatabaseAddress =
  | { readonly connectionString: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

/**
 * Four pools on one database. `market` belongs to the engine and is pipelined; `lookups` finds rows by their keys, many
 * at a time. Both are planned for key look-ups only, and once: their statements are prepared and must stay right while
 * tables grow from nothing to millions of rows. `reads` serves everything else
 * but better-auth, which needs moments as `Date`: `people` is its own.
 */
export interface Database {
  readonly market: pg.Pool;
  readonly lookups: pg.Pool;
  readonly reads: pg.Pool;
  readonly people: pg.Pool;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connections for reads. */
  readonly maxReadConnections?: number;
  /** Told when an idle connection breaks; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
}

const connectTimeoutMs = 5_000;
/** Plans for key look-ups only, made once: planning anew for each set of keys costs more than the look-up. */
const keyPlans =
  "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; " +
  "set plan_cache_mode = force_generic_plan";
const marketSettings = `set time zone 'UTC'; ${keyPlans}; set statement_timeout = '12s'; set lock_timeout = '3s'`;
const lookupSettings = `set time zone 'UTC'; ${keyPlans}; set statement_timeout = '10s'`;
const readSettings = "set time zone 'UTC'; set statement_timeout = '10s'";
/**
 * PostgreSQL itself ends what takes too long, unless it is frozen or cut off: then the connection is given up after this.
 * Longer than its own time-outs above, so that it has the first word.
 */
const marketAnswerTimeoutMs = 15_000;
const readAnswerTimeoutMs = 12_000;

/** Opens the pools; connects on first use. */
export function openDatabase(address: DatabaseAddress, options: DatabaseOptions = {}): Database {
  const common = { ...address, types: columnTypes, connectionTimeoutMillis: connectTimeoutMs, keepAlive: true };
  const market = new pg.Pool({
    ...common,
    max: 4,
    pipeline: true,
    query_timeout: marketAnswerTimeoutMs,
    idleTimeoutMillis: 0,
    onConnect: async (client) => {
      await client.query(marketSettings);
    },
  });
  const lookups = new pg.Pool({
    ...common,
    max: 4,
    query_timeout: readAnswerTimeoutMs,
    idleTimeoutMillis: 0,
    onConnect: async (client) => {
      await client.query(lookupSettings);
    },
  });
  const reads = new pg.Pool({
    ...common,
    max: options.maxReadConnections ?? 16,
    query_timeout: readAnswerTimeoutMs,
    onConnect: async (client) => {
      await client.query(readSettings);
    },
  });
  const people = new pg.Pool({
    ...address,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    max: 8,
    onConnect: async (client) => {
      await client.query(readSettings);
    },
  });
  let isClosing = false;
  // A server that stops right after us may end connections that are on their way out: no news.
  const onIdleError = (error: Error & { client?: unknown }): void => {
    // The pool hands over its whole connection with the error; that is nothing for a log.
    delete error.client;
    if (!isClosing) options.onIdleError?.(error);
  };
  for (const pool of [market, lookups, reads, people]) {
    pool.on("error", onIdleError);
    // Also where a connection breaks between two queries of its borrower: without a listener that ends the process.
    pool.on("connect", (client) => client.on("error", onIdleError));
  }
  return {
    market,
    lookups,
    reads,
    people,
    close: async () => {
      isClosing = true;
      await Promise.all([market.end(), lookups.end(), reads.end(), people.end()]);
    },
  };
}

const { builtins } = pg.types;

/** Money as numbers (every stored amount fits one), moments as `Instant`. */
const columnTypes = {
  getTypeParser(oid: number, format?: "text" | "binary"): unknown {
    if (oid === builtins.INT8) return parseWholeNumber;
    if (oid === builtins.TIMESTAMPTZ) return parseInstant;
    if (oid === builtins.DATE) return (text: string): string => text;
    return pg.types.getTypeParser(oid, format);
  },
};

function parseWholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`${text} is too large for a number.`);
  return value;
}

/** `2026-02-22 14:30:00.5+00`, as PostgreSQL writes moments in UTC. By the character: every row read has several. */
function parseInstant(text: string): Instant {
  const milliseconds = text.length > 22 ? text.slice(20, -3).padEnd(3, "0").slice(0, 3) : "000";
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${milliseconds}Z` as Instant;
}
