import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import { addMinutes, type Instant } from "../model/instant.ts";
import type { EngineerScope } from "../model/party.ts";
import type { Intake, Task } from "../model/task.ts";
import { tasks } from "./book/tables.ts";

/** Somebody who looks for work. */
export interface WorkSeeker {
  readonly partyId: Id;
  readonly organizationId: Id | null;
  readonly engineer: EngineerScope;
  /** Tasks from the board too: "all", or those that require nothing else than this; null: none. */
  readonly board: "all" | readonly string[] | null;
}

/** A worker who gave a task back is not handed the same one again at once. */
export const restMinutes = 1;

/** Which part of the list: first what is meant for the seeker, the oldest first, then the board, the newest first. */
export interface WorkPage {
  readonly part: "direct" | "board";
  /** The list goes on after this task. */
  readonly afterId: Id | undefined;
  readonly limit: number;
}

const taskColumns = tasks.columns
  .split(", ")
  .map((column) => `t.${column}`)
  .join(", ");

/** The same rule as in the market's `claimTask`, which has the last word. */
export const ownSide = "coalesce(p.organization_id, p.id)";

/** Of the board's tasks; written out as the index `tasks_board_open` is. */
export const onClaimBoard = "t.visibility = 'public' and t.intake = 'claim' and t.state = 'open'";

/** Of `tasks t`: time is left, and the seeker has not been sent away nor just given it back. $1 seeker, $3 now, $4 rested since. */
export const isFree = `(t.expires_at is null or t.expires_at > $3)
    and not exists (select from assignments a where a.task_id = t.id and a.worker_id = $1
      and (a.state = 'rejected' or (a.state = 'released' and a.ended_at > $4)))`;

/** Open tasks that the seeker may take now, as one part of the list. */
export async function readOpenWork(pool: Pool, seeker: WorkSeeker, now: Instant, page: WorkPage): Promise<Task[]> {
  const values: unknown[] = [
    seeker.partyId,
    seeker.organizationId ?? seeker.partyId,
    now,
    addMinutes(now, -restMinutes),
    page.limit,
  ];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const common = `t.state = 'open' and ${isFree}`;
  const from = `select ${taskColumns} from tasks t join parties p on p.id = t.poster_id`;
  if (page.part === "direct") {
    const after = page.afterId === undefined ? "" : `and t.id > ${parameter(page.afterId)}::uuid`;
    const sources = [`t.agent_id = $1 and ${ownSide} <> $2`, ...engineersTasks(seeker)].map(
      (mine) => `(${from} where t.intake = 'direct' and ${mine} and ${common} ${after} order by t.id limit $5)`,
    );
    const { rows } = await pool.query<Task>(
      `select * from (${sources.join(" union all ")}) found order by id limit $5`,
      values,
    );
    return rows;
  }
  if (seeker.board === null) return [];
  const fits = seeker.board === "all" ? "" : `and t.required_capabilities <@ ${parameter(seeker.board)}::text[]`;
  const after = page.afterId === undefined ? "" : `and t.id < ${parameter(page.afterId)}::uuid`;
  const { rows } = await pool.query<Task>(
    `${from} where ${onClaimBoard} and ${ownSide} <> $2 and ${isFree} ${fits} ${after}
     order by t.id desc limit $5`,
    values,
  );
  return rows;
}

function engineersTasks({ engineer, organizationId }: WorkSeeker): string[] {
  if (engineer === "platform") return ["t.agent_id is null and t.poster_id <> $1"];
  if (engineer === "none" || organizationId === null) return [];
  return [`t.agent_id is null and t.poster_id <> $1 and ${ownSide} = $2`];
}

/** What must be known of an open task to hand it to one of those who wait. */
export interface OpenTask {
  readonly id: Id;
  readonly intake: Intake;
  readonly agentId: Id | null;
  readonly posterId: Id;
  /** The poster's organization, or the poster. */
  readonly posterSide: Id;
  readonly requiredCapabilities: readonly string[];
  /** Workers that are not to have it now. */
  readonly restingIds: readonly Id[];
}

const openTaskQuery = `select t.id, t.intake, t.agent_id as "agentId", t.poster_id as "posterId",
    ${ownSide} as "posterSide", t.required_capabilities as "requiredCapabilities",
    array(select a.worker_id::text from assignments a where a.task_id = t.id
      and (a.state = 'rejected' or (a.state = 'released' and a.ended_at > $2))) as "restingIds"
  from tasks t join parties p on p.id = t.poster_id
  where t.state = 'open' and (t.expires_at is null or t.expires_at > $1)`;

/** Those of these tasks that wait for a worker. */
export async function readOpenTasks(pool: Pool, ids: readonly Id[], now: Instant): Promise<OpenTask[]> {
  const { rows } = await pool.query<OpenTask>({
    name: "open_tasks",
    text: `${openTaskQuery} and t.intake in ('direct', 'claim') and t.id = any($3) order by t.id`,
    values: [now, addMinutes(now, -restMinutes), ids],
  });
  return rows;
}

/** After notifications may have been missed: the oldest work that waits for an agent of its own, the newest on the board. */
export async function readWaitingTasks(pool: Pool, now: Instant, limit: number): Promise<OpenTask[]> {
  const { rows } = await pool.query<OpenTask>({
    name: "waiting_tasks",
    text: `(${openTaskQuery} and t.intake = 'direct' order by t.id limit $3) union all
      (${openTaskQuery} and t.intake = 'claim' and t.visibility = 'public' order by t.id desc limit $3)`,
    values: [now, addMinutes(now, -restMinutes), limit],
  });
  return rows;
}

/** Whether an open task may be handed to this seeker: what `readOpenWork` says in SQL. */
export function fitsSeeker(task: OpenTask, seeker: WorkSeeker): boolean {
  if (task.restingIds.includes(seeker.partyId)) return false;
  const isOwnSide = task.posterSide === (seeker.organizationId ?? seeker.partyId);
  if (task.intake === "claim") {
    if (seeker.board === null || isOwnSide) return false;
    const { board } = seeker;
    return board === "all" || task.requiredCapabilities.every((capability) => board.includes(capability));
  }
  if (task.agentId !== null) return task.agentId === seeker.partyId && !isOwnSide;
  if (task.posterId === seeker.partyId) return false;
  if (seeker.engineer === "platform") return true;
  return seeker.engineer === "organization" && seeker.organizationId !== null && isOwnSide;
}
