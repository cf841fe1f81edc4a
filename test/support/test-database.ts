import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import type { ConnectionSettings } from "../../src/postgres/embedded-postgres.ts";
import { templateDatabase } from "./template-database.ts";

/** A database of one's own, migrated and empty. */
export interface TestDatabase {
  readonly address: ConnectionSettings;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject("postgres");
  const database = `test_${randomBytes(8).toString("hex")}`;
  await administer(server, `create database ${database} template ${templateDatabase}`);
  return {
    address: { ...server, database },
    drop: () => administer(server, `drop database if exists ${database} with (force)`),
  };
}

async function administer(server: ConnectionSettings, statement: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
