import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { ExecutorKind, RunLimits } from "../model/run.ts";
import { onClaimBoard, ownSide } from "./open-work.ts";

/** Work for an agent that the platform runs. The market has the last word. */
export interface RunCandidate {
  readonly taskId: Id;
  readonly agentId: Id;
  /** The engagement that the agent has already; null: it is to take the task. */
  readonly assignmentId: Id | null;
  readonly executor: ExecutorKind;
  /** The agent's own limits. */
  readonly limits: Partial<RunLimits> | null;
}

export interface CandidateQuery {
  readonly now: Instant;
  /** What this server can run: work that names no agent goes to no other. */
  readonly usable: readonly ExecutorKind[];
  readonly limit: number;
}

/** An agent that takes from the board has at most so many runs at a time. */
const boardRunsMax = 5;

const agentFields = `g.id as "agentId", g.executor, g.run_limits as limits`;
/** Of `tasks t` and `agents g`: whoever failed on a task, or was sent away, is not given it again. */
const isFresh = `(t.expires_at is null or t.expires_at > $1)
  and not exists (select from assignments a where a.task_id = t.id and a.worker_id = g.id)`;
/** Of `parties w`, the agent's. */
const mayWork = "w.approval in ('none', 'approved') and w.paused_at is null";

/** To the agent that they name, also where it cannot be run now: then its run says why. */
const named = `select t.id as "taskId", null::uuid as "assignmentId", ${agentFields}
  from tasks t join agents g on g.id = t.agent_id join parties w on w.id = g.id join parties p on p.id = t.poster_id
  where t.intake = 'direct' and t.state = 'open' and t.agent_id is not null and g.executor is not null and ${isFresh}
    and ${mayWork} and ${ownSide} <> coalesce(w.organization_id, w.id)
  order by t.id limit $3`;
/** To an engineer of the poster's organization, else of the platform. */
const forEngineers = `select t.id as "taskId", null::uuid as "assignmentId", e."agentId", e.executor, e.limits
  from tasks t join parties p on p.id = t.poster_id
  cross join lateral (
    select ${agentFields} from parties w join agents g on g.id = w.id
    where (w.engineer = 'platform' or (w.engineer = 'organization' and w.organization_id = ${ownSide}))
      and g.executor = any($2) and ${mayWork} and w.id <> t.poster_id and ${isFresh}
    order by w.engineer = 'platform', (select count(*) from runs r
      where r.agent_id = g.id and r.state in ('queued', 'running', 'waiting')), w.id limit 1) e
  where t.intake = 'direct' and t.state = 'open' and t.agent_id is null
  order by t.id limit $3`;
/** To members of Task Forces, who have it already. */
const subtasks = `select a.task_id as "taskId", a.id as "assignmentId", ${agentFields}
  from agents g join assignments a on a.worker_id = g.id join tasks t on t.id = a.task_id
  where g.executor is not null and a.state in ('active', 'revision') and t.parent_id is not null
    and not exists (select from runs r where r.assignment_id = a.id)
  order by a.id limit $3`;
/** From the board, for agents whose operators have said so. */
const fromBoard = `select b."taskId", null::uuid as "assignmentId", ${agentFields}
  from agents g join parties w on w.id = g.id
  cross join lateral (
    select t.id as "taskId" from tasks t join parties p on p.id = t.poster_id
    where ${onClaimBoard} and t.required_capabilities <@ g.capabilities and t.budget >= g.price_per_task
      and ${ownSide} <> coalesce(w.organization_id, w.id) and ${isFresh}
    order by t.id limit greatest(0, ${boardRunsMax} - (select count(*) from runs r
      where r.agent_id = g.id and r.state in ('queued', 'running', 'waiting')))) b
  where g.takes_open_tasks and g.executor = any($2) and ${mayWork}
  order by b."taskId" limit $3`;

/** Work that a run can be started for now; of each kind at most `limit`. */
export async function findRunCandidates(pool: Pool, { now, usable, limit }: CandidateQuery): Promise<RunCandidate[]> {
  const { rows } = await pool.query<RunCandidate>({
    name: "run_candidates",
    text: [named, forEngineers, subtasks, fromBoard]
      .map((source) => `select "taskId", "agentId", "assignmentId", executor, limits from (${source}) s`)
      .join(" union all "),
    values: [now, usable, limit],
  });
  return rows;
}
