import type pg from "pg";
import { type ConnectionSettings, connect } from "./connection.ts";
import { DataFolderInUse } from "./errors.ts";
import { isAlive, pause } from "./processes.ts";

/** The right to use one data folder, held as long as this connection lives; PostgreSQL frees it when we die. */
export interface OwnerLock {
  /** Called once, when the connection breaks without release(); at once if that has already happened. */
  onLost(callback: () => void): void;
  release(): Promise<void>;
}

/** "guild" in ASCII. Advisory locks are per database, and this key is ours alone in it. */
const lockKey = 0x6775696c64;
const retryMaxMs = 1_000;
const retryPauseMs = 40;
const ownerName = /^guildhall owner pid=(\d+) since=(.+)$/;
const startedAt = new Date(Date.now() - process.uptime() * 1_000);

/**
 * Takes the lock, or refuses with DataFolderInUse: at once if the owner is alive, after a second if its number is
 * of no living process (PostgreSQL may need a moment to notice that a killed owner is gone).
 */
export async function takeOwnerLock(dataFolder: string, settings: ConnectionSettings): Promise<OwnerLock> {
  // The owner is named where the lock is, so that both always vanish together.
  const client = await connect(settings, `guildhall owner pid=${process.pid} since=${startedAt.toISOString()}`);
  let lost = false;
  let released = false;
  let callback: (() => void) | undefined;
  client.once("end", () => {
    lost = true;
    if (!released) callback?.();
  });
  try {
    await take(client, dataFolder);
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return {
    onLost(listener) {
      callback = listener;
      if (lost && !released) listener();
    },
    async release() {
      released = true;
      await client.end().catch(() => {});
    },
  };
}

async function take(client: pg.Client, dataFolder: string): Promise<void> {
  for (const end = performance.now() + retryMaxMs; ; await pause(retryPauseMs)) {
    const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [lockKey]);
    if (rows[0]?.taken) return;
    const owner = await currentOwner(client);
    if (performance.now() > end || (owner && (await isAlive(owner.pid)))) throw new DataFolderInUse(dataFolder, owner);
  }
}

async function currentOwner(client: pg.Client): Promise<{ pid: number; since: Date } | undefined> {
  const { rows } = await client.query<{ application_name: string }>(
    `select activity.application_name
       from pg_locks as lock join pg_stat_activity as activity using (pid)
      where lock.locktype = 'advisory' and lock.granted and lock.objsubid = 1
        and lock.database = (select oid from pg_database where datname = current_database())
        and lock.classid::bigint = $1::bigint >> 32 and lock.objid::bigint = $1::bigint & 4294967295`,
    [lockKey],
  );
  const [, pid, since] = ownerName.exec(rows[0]?.application_name ?? "") ?? [];
  return pid && since ? { pid: Number(pid), since: new Date(since) } : undefined;
}
