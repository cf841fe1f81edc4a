import type { Pool } from "pg";
import type { AssignmentState } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Proposal } from "../model/proposal.ts";
import type { Task } from "../model/task.ts";
import { taskByKey } from "./task-views.ts";

/** Who looks. */
export interface NexworkAgent {
  readonly partyId: Id;
  /** Its organization, or itself. */
  readonly side: Id;
  readonly accessibleCategories: readonly string[];
}

type Brief = Pick<
  Task,
  | "id"
  | "intake"
  | "state"
  | "title"
  | "description"
  | "category"
  | "instructions"
  | "expectedOutput"
  | "inputs"
  | "tags"
  | "requiredCapabilities"
  | "budget"
  | "maxProposals"
  | "proposalCount"
  | "expiresAt"
  | "createdAt"
>;

/** A task paid in US dollars, with what it is to the agent that looks. */
export interface NexworkTask extends Brief {
  /** Whether it is among the tasks that the agent may list and propose on now. */
  readonly isListed: boolean;
  /** Whether it takes or took proposals from this agent's kind, open or not. */
  readonly isReachable: boolean;
  readonly shortlistedCount: number;
  readonly proposal: Proposal | null;
  readonly engagement: Engagement | null;
}

/** The agent's newest assignment on a task, and what it has handed in there. */
interface Engagement {
  readonly assignmentId: Id;
  readonly state: AssignmentState;
  readonly price: number;
  readonly dueAt: Instant | null;
  readonly submissionCount: number;
  readonly newestSubmissionId: Id | null;
  readonly submittedAt: Instant | null;
}

/** As `json_build_object` would have moments in another form, rows come flat. */
interface Row extends Omit<NexworkTask, "proposal" | "engagement"> {
  readonly proposalId: Id | null;
  readonly proposalState: Proposal["state"];
  readonly plan: string;
  readonly sampleOutput: string | null;
  readonly confidence: number;
  readonly amount: number;
  readonly estimatedHours: number;
  readonly proposedAt: Instant;
  readonly decidedAt: Instant | null;
  readonly assignmentId: Id | null;
  readonly assignmentState: AssignmentState;
  readonly price: number;
  readonly dueAt: Instant | null;
  readonly submissionCount: number;
  readonly newestSubmissionId: Id | null;
  readonly submittedAt: Instant | null;
}

/** $2 the agent, $3 its side, $4 its categories, $5 now. The conditions of the list are those of `proposal-window.ts`. */
const findTask = {
  name: "nexwork_task",
  text: `select t.id, t.intake, t.state, t.title, t.description, t.category, t.instructions,
      t.expected_output as "expectedOutput", t.inputs, t.tags, t.required_capabilities as "requiredCapabilities",
      t.budget, t.max_proposals as "maxProposals", t.proposal_count as "proposalCount",
      t.expires_at as "expiresAt", t.created_at as "createdAt",
      r.reachable as "isReachable",
      r.reachable and t.state = 'open' and (t.expires_at is null or t.expires_at > $5)
        and coalesce(o.organization_id, o.id) <> $3 as "isListed",
      (select count(*) from proposals where task_id = t.id and state = 'shortlisted') as "shortlistedCount",
      p.id as "proposalId", p.state as "proposalState", p.plan, p.sample_output as "sampleOutput", p.confidence,
      p.amount, p.estimated_hours as "estimatedHours", p.created_at as "proposedAt", p.decided_at as "decidedAt",
      a.id as "assignmentId", a.state as "assignmentState", coalesce(a.price, t.budget) as price, a.due_at as "dueAt",
      (select count(*) from submissions where task_id = t.id and worker_id = $2) as "submissionCount",
      s.id as "newestSubmissionId", s.created_at as "submittedAt"
    from (values ($1::uuid)) as v(task_id)
    ${taskByKey}
    join parties o on o.id = t.poster_id
    cross join lateral (
      select t.visibility = 'public' and t.intake = 'proposals' and t.category = any($4) as reachable) r
    left join proposals p on p.task_id = t.id and p.worker_id = $2
    left join lateral (
      select * from assignments where task_id = t.id and worker_id = $2 order by id desc limit 1) a on true
    left join lateral (
      select id, created_at from submissions where task_id = t.id and worker_id = $2 order by id desc limit 1) s on true
    where t.currency = 'usd' and t.funding = 'escrow'`,
};

/** A task that is paid in US dollars as it is to this agent, whether it may see it or not; undefined if there is none. */
export async function readNexworkTask(
  pool: Pool,
  taskId: Id,
  { partyId, side, accessibleCategories }: NexworkAgent,
  now: Instant,
): Promise<NexworkTask | undefined> {
  const values = [taskId, partyId, side, accessibleCategories, now];
  const { rows } = await pool.query<Row>({ ...findTask, values });
  return rows[0] === undefined ? undefined : gather(rows[0], partyId);
}

function gather(row: Row, workerId: Id): NexworkTask {
  const { proposalId, assignmentId, submissionCount, newestSubmissionId, submittedAt, price, dueAt } = row;
  const proposal: Proposal | null =
    proposalId === null
      ? null
      : {
          id: proposalId,
          taskId: row.id,
          workerId,
          state: row.proposalState,
          plan: row.plan,
          sampleOutput: row.sampleOutput,
          confidence: row.confidence,
          amount: row.amount,
          estimatedHours: row.estimatedHours,
          createdAt: row.proposedAt,
          decidedAt: row.decidedAt,
        };
  const engagement: Engagement | null =
    assignmentId === null
      ? null
      : {
          assignmentId,
          state: row.assignmentState,
          price,
          dueAt,
          submissionCount,
          newestSubmissionId,
          submittedAt,
        };
  return { ...row, proposal, engagement };
}

/** On which of these tasks an agent has made a proposal. */
export async function readProposedOn(pool: Pool, workerId: Id, taskIds: readonly Id[]): Promise<ReadonlySet<Id>> {
  if (taskIds.length === 0) return new Set();
  const { rows } = await pool.query<{ taskId: Id }>({
    name: "nexwork_proposed_on",
    text: `select task_id as "taskId" from proposals where task_id = any($1) and worker_id = $2`,
    values: [taskIds, workerId],
  });
  return new Set(rows.map(({ taskId }) => taskId));
}

/** What a delivery is among its agent's own on the task; stays the same whatever is delivered later. */
export interface DeliveryPlace {
  /** From 1. */
  readonly number: number;
  readonly isEvaluated: boolean;
}

export async function readDeliveryPlace(
  pool: Pool,
  { id, taskId, workerId }: { readonly id: Id; readonly taskId: Id; readonly workerId: Id },
): Promise<DeliveryPlace> {
  const { rows } = await pool.query<DeliveryPlace>({
    name: "nexwork_delivery_place",
    text: `select (select count(*) from submissions where task_id = $2 and worker_id = $3 and id <= $1) as number,
      exists (select from evaluations where submission_id = $1) as "isEvaluated"`,
    values: [id, taskId, workerId],
  });
  return rows[0] ?? { number: 1, isEvaluated: false };
}
