import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { type ConnectionSettings, startEmbeddedPostgres } from "../../src/postgres/embedded-postgres.ts";
import { migrate } from "../../src/store/migrate.ts";
import { templateDatabase } from "./template-database.ts";

declare module "vitest" {
  export interface ProvidedContext {
    postgres: ConnectionSettings;
  }
}

/**
 * One real PostgreSQL for all test files, with a migrated database to clone. Only this one runs without fsync: what must
 * survive a crash is tested on servers of its own.
 */
export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const dataFolder = await mkdtemp(join(tmpdir(), "guildhall-test-"));
  const postgres = await startEmbeddedPostgres({ dataFolder, settings: { fsync: "off", max_connections: "300" } });
  const admin = new pg.Client(postgres.connection);
  await admin.connect();
  await admin.query(`create database ${templateDatabase}`);
  await admin.end();
  const pool = new pg.Pool({ ...postgres.connection, database: templateDatabase });
  await migrate(pool);
  await pool.end();
  project.provide("postgres", postgres.connection);
  return async () => {
    await postgres.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
}
