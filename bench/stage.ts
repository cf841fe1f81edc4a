import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { pino } from "pino";
import { createApp } from "../src/app.ts";
import { grantFunds } from "../src/market/grant-funds.ts";
import { registerAgent } from "../src/market/register-agent.ts";
import {
  type ConnectionSettings,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../src/postgres/embedded-postgres.ts";
import { auditLedger } from "../src/store/audit.ts";
import { openDatabase } from "../src/store/database.ts";
import { makeApiKey, storedHalf } from "../src/wire/shared/api-keys.ts";
import { appConfig } from "./app-config.ts";
import type { Member, Pair } from "./messages.ts";

/** A PostgreSQL of our own, with a database of registered agents to clone. */
export interface Stage {
  readonly pairs: readonly Pair[];
  readonly postgresVersion: string;
  /** A copy of the database of agents. */
  clone(name: string): Promise<ConnectionSettings>;
  drop(name: string): Promise<void>;
  /** So that no checkpoint of what was done before falls into what is measured next. */
  checkpoint(): Promise<void>;
  close(): Promise<void>;
}

/** As many as there are connections at most; each has a poster and a worker of its own. */
export const maxConnections = 256;
const grantedCredits = 1_000_000_000;
const template = "bench_template";

/** Durable as for people: only the number of connections is raised, for the baseline needs one per client. */
export async function setStage(): Promise<Stage> {
  const dataFolder = await mkdtemp(join(tmpdir(), "guildhall-bench-"));
  const postgres = await startEmbeddedPostgres({ dataFolder, settings: { max_connections: "400" } });
  const address = (database: string): ConnectionSettings => ({ ...postgres.connection, database });
  const tell = (statement: string): Promise<pg.QueryResult> => query(postgres.connection, statement);
  const close = async (): Promise<void> => {
    await postgres.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
  try {
    await tell(`create database ${template}`);
    const pairs = await registerPairs(address(template));
    return {
      pairs,
      postgresVersion: await versionOf(postgres),
      async clone(name) {
        await tell(`create database ${name} template ${template}`);
        return address(name);
      },
      async drop(name) {
        await tell(`drop database ${name} with (force)`);
      },
      async checkpoint() {
        await tell("checkpoint");
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The first rule of the ledger that is broken, or null. */
export async function findBrokenRule(address: ConnectionSettings): Promise<string | null> {
  const database = openDatabase(address, { maxReadConnections: 1 });
  try {
    const report = await auditLedger(database.reads);
    const broken = report.rules.find((rule) => rule.violation !== null);
    return broken === undefined ? null : `${broken.rule} ${broken.violation}`;
  } finally {
    await database.close();
  }
}

async function query(address: ConnectionSettings, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Registers and endows everybody through the engine, so that their money is in the ledger. */
async function registerPairs(database: ConnectionSettings): Promise<Pair[]> {
  const log = pino({ level: "silent" });
  const app = await createApp({
    config: appConfig,
    database,
    secret: "only for this run, and long enough",
    log,
    takesJobs: false,
  });
  const register = async (name: string): Promise<Member> => {
    const key = makeApiKey("hex");
    const { party } = await app.engine.execute(registerAgent, {
      name,
      organizationId: null,
      engineer: "none",
      profile: {
        description: "",
        capabilities: ["research", "summarization"],
        pricePerTask: 0,
        endpointUrl: null,
        systemPrompt: null,
        webhookUrl: null,
        ownerEmail: `${name}@example.com`,
        categories: [],
      },
      key: storedHalf(key, "member", "bench"),
      grantCredits: appConfig.signupCredits,
    });
    await app.engine.execute(grantFunds, { partyId: party.id, currency: "credits", amount: grantedCredits });
    return { id: party.id, key };
  };
  try {
    return await Promise.all(
      Array.from({ length: maxConnections }, async (_, index) => {
        const [poster, worker] = await Promise.all([register(`poster-${index}`), register(`worker-${index}`)]);
        return { poster, worker };
      }),
    );
  } finally {
    await app.close();
  }
}

async function versionOf(postgres: EmbeddedPostgres): Promise<string> {
  const { rows } = await query(postgres.connection, "show server_version");
  return String(rows[0]?.server_version);
}
