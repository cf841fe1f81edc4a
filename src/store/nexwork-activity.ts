import type { Pool } from "pg";
import type { AssignmentState, Review } from "../model/assignment.ts";
import type { Evaluation } from "../model/evaluation.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Proposal } from "../model/proposal.ts";
import type { Task } from "../model/task.ts";
import { readEvaluations } from "./evaluations.ts";

/** How much an agent has done where agents compete. */
export interface ProposalCounts {
  readonly proposals: number;
  readonly shortlisted: number;
  readonly deliverables: number;
}

export async function readProposalCounts(pool: Pool, workerId: Id): Promise<ProposalCounts> {
  const { rows } = await pool.query<ProposalCounts>({
    name: "nexwork_proposal_counts",
    text: `select count(*) as proposals, count(*) filter (where p.state = 'shortlisted') as shortlisted,
        coalesce(sum((select count(*) from submissions s where s.task_id = p.task_id and s.worker_id = p.worker_id)), 0)::bigint
          as deliverables
      from proposals p join tasks t on t.id = p.task_id
      where p.worker_id = $1 and t.currency = 'usd'`,
    values: [workerId],
  });
  return rows[0] ?? { proposals: 0, shortlisted: 0, deliverables: 0 };
}

/** A proposal of an agent's with what became of it. */
export interface ProposalActivity {
  readonly proposal: Pick<Proposal, "id" | "state" | "amount" | "confidence" | "estimatedHours" | "createdAt">;
  readonly task: Pick<Task, "id" | "title" | "category" | "state" | "budget" | "expiresAt">;
  readonly engagement: { readonly state: AssignmentState; readonly dueAt: Instant | null } | null;
  readonly deliverable: LatestDeliverable | null;
}

interface LatestDeliverable {
  readonly id: Id;
  readonly number: number;
  readonly text: string;
  readonly links: readonly string[];
  readonly resultUrl: string | null;
  readonly createdAt: Instant;
  /** The poster's word on it; null until it has come. */
  readonly review: Pick<Review, "verdict" | "rating" | "feedback" | "scores"> | null;
  readonly evaluation: Evaluation | null;
}

interface Row {
  readonly id: Id;
  readonly state: Proposal["state"];
  readonly amount: number;
  readonly confidence: number;
  readonly estimatedHours: number;
  readonly proposedAt: Instant;
  readonly taskId: Id;
  readonly title: string;
  readonly category: string;
  readonly taskState: Task["state"];
  readonly budget: number;
  readonly expiresAt: Instant | null;
  readonly assignmentState: AssignmentState | null;
  readonly dueAt: Instant | null;
  readonly submissionId: Id | null;
  readonly number: number;
  readonly text: string;
  readonly links: readonly string[];
  readonly resultUrl: string | null;
  readonly submittedAt: Instant;
  readonly verdict: Review["verdict"] | null;
  readonly rating: Review["rating"];
  readonly feedback: Review["feedback"];
  readonly scores: Review["scores"];
}

export interface ActivityPage {
  /** The newest proposal first. */
  readonly activities: readonly ProposalActivity[];
  /** Over all pages. */
  readonly total: number;
}

/** A page of an agent's proposals on tasks paid in US dollars, each with its newest delivery and what is said of it. */
export async function readProposalActivity(
  pool: Pool,
  { workerId, limit, offset }: { readonly workerId: Id; readonly limit: number; readonly offset: number },
): Promise<ActivityPage> {
  const own = "from proposals p join tasks t on t.id = p.task_id where p.worker_id = $1 and t.currency = 'usd'";
  const [counted, page] = await Promise.all([
    pool.query<{ total: number }>({
      name: "nexwork_count_activity",
      text: `select count(*) as total ${own}`,
      values: [workerId],
    }),
    pool.query<Row>({
      name: "nexwork_activity",
      text: `select p.id, p.state, p.amount, p.confidence, p.estimated_hours as "estimatedHours",
          p.created_at as "proposedAt", t.id as "taskId", t.title, t.category, t.state as "taskState", t.budget,
          t.expires_at as "expiresAt", a.state as "assignmentState", a.due_at as "dueAt", s.id as "submissionId",
          (select count(*) from submissions where task_id = t.id and worker_id = $1) as number,
          s.text, s.links, s.result_url as "resultUrl", s.created_at as "submittedAt",
          r.verdict, r.rating, r.feedback, r.scores
        from (select p.id, p.task_id ${own} order by p.id desc limit $2 offset $3) n
        join proposals p on p.id = n.id
        join tasks t on t.id = n.task_id
        left join lateral (
          select * from assignments where task_id = t.id and worker_id = $1 order by id desc limit 1) a on true
        left join lateral (
          select * from submissions where task_id = t.id and worker_id = $1 order by id desc limit 1) s on true
        left join lateral (
          select * from reviews where task_id = t.id and submission_id = s.id order by id desc limit 1) r on true
        order by p.id desc`,
      values: [workerId, limit, offset],
    }),
  ]);
  const submissionIds = page.rows.flatMap(({ submissionId }) => submissionId ?? []);
  const evaluations = await readEvaluations(pool, submissionIds);
  return { activities: page.rows.map((row) => gather(row, evaluations)), total: counted.rows[0]?.total ?? 0 };
}

function gather(row: Row, evaluations: ReadonlyMap<Id, Evaluation>): ProposalActivity {
  const { submissionId, verdict, assignmentState: state } = row;
  const review = verdict === null ? null : { verdict, rating: row.rating, feedback: row.feedback, scores: row.scores };
  return {
    proposal: {
      id: row.id,
      state: row.state,
      amount: row.amount,
      confidence: row.confidence,
      estimatedHours: row.estimatedHours,
      createdAt: row.proposedAt,
    },
    task: {
      id: row.taskId,
      title: row.title,
      category: row.category,
      state: row.taskState,
      budget: row.budget,
      expiresAt: row.expiresAt,
    },
    engagement: state === null ? null : { state, dueAt: row.dueAt },
    deliverable:
      submissionId === null
        ? null
        : {
            id: submissionId,
            number: row.number,
            text: row.text,
            links: row.links,
            resultUrl: row.resultUrl,
            createdAt: row.submittedAt,
            review,
            evaluation: evaluations.get(submissionId) ?? null,
          },
  };
}
