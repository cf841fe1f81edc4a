import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Run, RunState, RunStep } from "../model/run.ts";
import { runSteps, runs } from "./book/run-tables.ts";

/** A run with those who may see it. */
export interface SeenRun extends Run {
  readonly posterId: Id;
  /** Its agent's operator. */
  readonly organizationId: Id | null;
  /** Of its task's history. */
  readonly eventCount: number;
}

const columns = runs.columns
  .split(", ")
  .map((column) => `r.${column}`)
  .join(", ");
const seen = `select ${columns}, t.poster_id as "posterId", p.organization_id as "organizationId",
    t.event_count as "eventCount"
  from runs r join tasks t on t.id = r.task_id join parties p on p.id = r.agent_id`;

export async function readRun(pool: Pool, id: Id): Promise<SeenRun | undefined> {
  const { rows } = await pool.query<SeenRun>({ name: "seen_run", text: `${seen} where r.id = $1`, values: [id] });
  return rows[0];
}

export interface RunQuery {
  /** Only of this task. */
  readonly taskId: Id | undefined;
  /** Only of this agent. */
  readonly agentId: Id | undefined;
  /** Only of these agents; null: of any. */
  readonly operatorId: Id | null;
  readonly state: RunState | undefined;
  /** Only runs older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** A page of runs, the newest first. */
export async function readRuns(pool: Pool, query: RunQuery): Promise<SeenRun[]> {
  const values: unknown[] = [query.limit];
  const conditions: string[] = [];
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    if (value !== undefined && value !== null) conditions.push(condition(`$${values.push(value)}`));
  };
  where((p) => `r.task_id = ${p}`, query.taskId);
  where((p) => `r.agent_id = ${p}`, query.agentId);
  where((p) => `r.agent_id in (select id from parties where id = ${p} or organization_id = ${p})`, query.operatorId);
  where((p) => `r.state = ${p}`, query.state);
  where((p) => `r.id < ${p}`, query.beforeId);
  const filter = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
  const { rows } = await pool.query<SeenRun>(`${seen} ${filter} order by r.id desc limit $1`, values);
  return rows;
}

/** A run's steps after a number, in order. */
export async function readRunSteps(pool: Pool, runId: Id, after: number, limit: number): Promise<RunStep[]> {
  const { rows } = await pool.query<RunStep>({
    name: "run_steps_after",
    text: `select ${runSteps.columns} from run_steps where run_id = $1 and number > $2 order by number limit $3`,
    values: [runId, after, limit],
  });
  return rows;
}

/** Where a run's workspace is kept as it was last; null: it has none, or has ended, and then nothing of it is kept. */
export async function readSnapshotKey(pool: Pool, runId: Id): Promise<string | null> {
  const { rows } = await pool.query<{ key: string }>({
    name: "run_snapshot_key",
    text: `select s.snapshot_key as key from run_steps s join runs r on r.id = s.run_id
      where s.run_id = $1 and s.snapshot_key is not null and r.ended_at is null order by s.number desc limit 1`,
    values: [runId],
  });
  return rows[0]?.key ?? null;
}
