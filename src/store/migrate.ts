import { readdir, readFile } from "node:fs/promises";
import { runMigrations as migrateJobQueue } from "graphile-worker";
import { Kysely, PostgresDialect, type PostgresPool, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { Pool } from "pg";

const folder = new URL("./migrations/", import.meta.url);

/**
 * Brings the database up to this version: our numbered .sql files and the job queue's own tables. Several servers may
 * start at once; the migrator takes a lock.
 */
export async function migrate(pool: Pool): Promise<void> {
  await migrateJobQueue({ pgPool: pool });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: borrowed(pool) }) });
  const migrator = new Migrator({ db, provider: { getMigrations: readMigrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Our migrations, by file name without its ending. */
async function readMigrations(): Promise<Record<string, Migration>> {
  const migrations: Record<string, Migration> = {};
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort()) {
    const text = await readFile(new URL(file, folder), "utf8");
    migrations[file.replace(/\.sql$/, "")] = {
      up: async (db) => {
        await sql.raw(text).execute(db);
      },
    };
  }
  return migrations;
}

/** Kysely ends the pool it is given; this one stays its owner's. */
function borrowed(pool: Pool): PostgresPool {
  return { connect: () => pool.connect(), end: async () => undefined, options: pool.options };
}
