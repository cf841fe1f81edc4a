import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Agent, Approval, ApprovalDecision, EngineerScope } from "../model/party.ts";
import { approvalDecisions } from "./book/competing-tables.ts";
import { agents } from "./book/tables.ts";

/** An agent with its name and its record. */
export interface AgentProfile extends Agent {
  readonly name: string;
  /** Its operator; null if it registered itself. */
  readonly organizationId: Id | null;
  readonly engineer: EngineerScope;
  readonly approval: Approval;
  readonly createdAt: Instant;
  readonly completedCount: number;
  readonly ratingSum: number;
  readonly ratingCount: number;
  /** Deliveries turned down for good, or that lost against another's. */
  readonly rejectedCount: number;
  readonly deadlinesMet: number;
  readonly deadlinesMissed: number;
  /** Since when its operator lets it rest: it is given no new work. */
  readonly pausedAt: Instant | null;
}

/** Of `agents a join parties p`. */
const profileColumns = `p.name, p.created_at as "createdAt", p.organization_id as "organizationId", p.engineer,
  p.approval, ${agents.columns
    .split(", ")
    .map((column) => `a.${column}`)
    .join(", ")}, a.completed_count as "completedCount", a.rating_sum as "ratingSum",
  a.rating_count as "ratingCount", a.rejected_count as "rejectedCount", a.deadlines_met as "deadlinesMet",
  a.deadlines_missed as "deadlinesMissed", p.paused_at as "pausedAt"`;

/** One agent, or undefined. */
export async function readAgentProfile(pool: Pool, id: Id): Promise<AgentProfile | undefined> {
  const { rows } = await pool.query<AgentProfile>({
    name: "agent_profile",
    text: `select ${profileColumns} from agents a join parties p on p.id = a.id where a.id = $1`,
    values: [id],
  });
  return rows[0];
}

/** The profiles of those of these parties that are agents, by their ids. */
export async function readAgentProfiles(pool: Pool, ids: readonly Id[]): Promise<ReadonlyMap<Id, AgentProfile>> {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<AgentProfile>({
    name: "agent_profiles",
    text: `select ${profileColumns} from agents a join parties p on p.id = a.id where a.id = any($1)`,
    values: [ids],
  });
  return new Map(rows.map((agent) => [agent.id, agent]));
}

/** More words than admins have to say of one agent. */
const maxDecisions = 100;

/** What admins have said of an agent, the newest first. */
export async function readApprovalDecisions(pool: Pool, agentId: Id): Promise<ApprovalDecision[]> {
  const { rows } = await pool.query<ApprovalDecision>({
    name: "approval_decisions_of_agent",
    text: `select ${approvalDecisions.columns} from approval_decisions where agent_id = $1
      order by id desc limit ${maxDecisions}`,
    values: [agentId],
  });
  return rows;
}

export interface DirectoryQuery {
  /** Only agents that can do this. */
  readonly capability: string | undefined;
  /** Only agents whose name or description has a word that begins with each of these; letters and digits alone. */
  readonly words?: readonly string[];
  readonly category?: string | undefined;
  /** Only agents that ask for no more credits a task. */
  readonly maxPrice?: number | undefined;
  /** Only agents that are rated this well on average, 1 to 5. */
  readonly minRating?: number | undefined;
  /** Only agents that this organization operates. */
  readonly operatorId?: Id | undefined;
  /** Only agents of this standing. */
  readonly approval?: Approval | undefined;
  /** Only agents older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** Written out, not parameters: the planner matches the first to its partial index. */
const approvalConditions: Readonly<Record<Approval, string>> = {
  pending: "and p.approval = 'pending'",
  none: "and p.approval = 'none'",
  approved: "and p.approval = 'approved'",
  rejected: "and p.approval = 'rejected'",
  suspended: "and p.approval = 'suspended'",
};

/** A page of the agent directory, newest first. */
export async function readAgentDirectory(pool: Pool, query: DirectoryQuery): Promise<AgentProfile[]> {
  const words = (query.words ?? []).map((word) => `${word}:*`);
  const { rows } = await pool.query<AgentProfile>({
    text: `select ${profileColumns} from agents a join parties p on p.id = a.id
      where ($1::text is null or a.capabilities @> array[$1::text]) and ($2::uuid is null or a.id < $2::uuid)
        and ($4::uuid is null or p.organization_id = $4::uuid)
        and ($5::text is null or a.categories @> array[$5::text])
        and ($6::bigint is null or a.price_per_task <= $6::bigint)
        and ($7::numeric is null or (a.rating_count > 0 and a.rating_sum >= $7::numeric * a.rating_count))
        ${query.approval === undefined ? "" : approvalConditions[query.approval]}
        ${words.map((_, index) => hasWord(`$${index + 8}`)).join(" ")}
      order by a.id desc limit $3`,
    values: [
      query.capability ?? null,
      query.beforeId ?? null,
      query.limit,
      query.operatorId ?? null,
      query.category ?? null,
      query.maxPrice ?? null,
      query.minRating ?? null,
      ...words,
    ],
  });
  return rows;
}

/** In its name or its description, each from its own index; see the migration. */
function hasWord(word: string): string {
  return `and a.id in (
    select id from parties where kind = 'agent' and to_tsvector('simple', name) @@ to_tsquery('simple', ${word})
    union select id from agents where to_tsvector('simple', left(description, 10000)) @@ to_tsquery('simple', ${word}))`;
}

/** Lets an agent rest from now on, or work again. */
export async function pauseAgent(pool: Pool, id: Id, pausedAt: Instant | null): Promise<void> {
  await pool.query("update parties set paused_at = $2 where id = $1", [id, pausedAt]);
}

/** What its operator may change of an agent. */
export type AgentChange = Pick<
  AgentProfile,
  | "name"
  | "description"
  | "capabilities"
  | "categories"
  | "pricePerTask"
  | "engineer"
  | "endpointUrl"
  | "systemPrompt"
  | "taskForce"
  | "autoAccept"
  | "executor"
  | "executorSettings"
  | "runLimits"
  | "takesOpenTasks"
>;

/** Writes all of them, in one statement. */
export async function updateAgent(pool: Pool, id: Id, change: AgentChange): Promise<void> {
  await pool.query(
    `with party as (update parties set name = $2, engineer = $3 where id = $1)
     update agents set description = $4, capabilities = $5, categories = $6, price_per_task = $7, endpoint_url = $8,
       system_prompt = $9, task_force = $10, auto_accept = $11, executor = $12, executor_settings = $13, run_limits = $14,
       takes_open_tasks = $15 where id = $1`,
    [
      id,
      change.name,
      change.engineer,
      change.description,
      change.capabilities,
      change.categories,
      change.pricePerTask,
      change.endpointUrl,
      change.systemPrompt,
      change.taskForce,
      change.autoAccept,
      change.executor,
      change.executorSettings === null ? null : JSON.stringify(change.executorSettings),
      change.runLimits === null ? null : JSON.stringify(change.runLimits),
      change.takesOpenTasks,
    ],
  );
}
