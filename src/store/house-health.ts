import type { Pool } from "pg";
import type { Instant } from "../model/instant.ts";

/** The database as an administrator wants to know it. */
export interface DatabaseHealth {
  readonly version: string;
  readonly sizeBytes: number;
  readonly connections: number;
  readonly maxConnections: number;
  readonly startedAt: Instant;
}

export async function readDatabaseHealth(pool: Pool): Promise<DatabaseHealth> {
  const { rows } = await pool.query<DatabaseHealth>({
    name: "database_health",
    text: `select current_setting('server_version') as version, pg_database_size(current_database()) as "sizeBytes",
        (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as connections,
        current_setting('max_connections')::integer as "maxConnections", pg_postmaster_start_time() as "startedAt"`,
  });
  const [row] = rows;
  if (row === undefined) throw new Error("The database said nothing of itself.");
  return row;
}

/** What waits for an administrator. */
export interface WaitingForAdmins {
  readonly agents: number;
  readonly disputes: number;
  readonly deposits: number;
  readonly payouts: number;
}

/** Each count walks a partial index that holds only what waits. */
export async function readWaitingForAdmins(pool: Pool): Promise<WaitingForAdmins> {
  const { rows } = await pool.query<WaitingForAdmins>({
    name: "waiting_for_admins",
    text: `select (select count(*)::integer from parties where approval = 'pending') as agents,
        (select count(*)::integer from disputes where ruled_at is null) as disputes,
        (select count(*)::integer from cash_requests where state = 'requested' and kind = 'deposit') as deposits,
        (select count(*)::integer from cash_requests where state = 'requested' and kind = 'payout') as payouts`,
  });
  return rows[0] ?? { agents: 0, disputes: 0, deposits: 0, payouts: 0 };
}
