import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type {
  Delivery,
  ManagedProject,
  Opening,
  ProjectProgress,
  ProjectSnapshot,
  Rework,
  SilentMember,
} from "../model/project-snapshot.ts";
import { readCandidates } from "./project-candidates.ts";
import { readHappenings } from "./project-happenings.ts";

export interface SnapshotQuery {
  readonly projectId: Id;
  readonly now: Instant;
  /** How long a member may be silent. */
  readonly nudgeMinutes: number;
  /** Lines of the history that the reader has dealt with, if it knows better than what is stored. */
  readonly seenEvents: number;
}

/** A snapshot names at most so many openings and deliveries; the others come next time. */
const maxOpenings = 2_000;
const maxDeliveries = 500;

/**
 * What a project's manager decides by, or undefined if there is no such project. A fixed number of set-based statements,
 * whatever the project's size, and no long text. The project's row is read first: what is read after it is at least as
 * new as its count of events.
 */
export async function readProjectSnapshot(pool: Pool, query: SnapshotQuery): Promise<ProjectSnapshot | undefined> {
  const found = await readProject(pool, query.projectId);
  if (found === undefined) return undefined;
  const { project, progress, seenBefore } = found;
  const seenEvents = Math.max(seenBefore, query.seenEvents);
  const isRunning = project.state === "in_progress" || project.state === "in_review";
  const [openings, deliveries, silences, nextSilenceAt, happenings] = await Promise.all([
    isRunning && progress.waiting + progress.ready > 0 ? readOpenings(pool, project.id) : [],
    isRunning && progress.inReview > 0 ? readDeliveries(pool, project.id) : [],
    isRunning && progress.inProgress > 0 ? readSilences(pool, query) : [],
    isRunning && progress.inProgress > 0 ? readNextSilence(pool, query) : null,
    readHappenings(pool, project.id, seenEvents, project.eventCount),
  ]);
  const candidates = await readCandidates(
    pool,
    project.posterId,
    openings.filter(({ accepted }) => accepted === null),
  );
  return { project, progress, openings, candidates, deliveries, silences, nextSilenceAt, seenBefore, ...happenings };
}

type ProjectRow = Omit<ManagedProject, "rework"> &
  ProjectProgress & { readonly seenBefore: number; readonly isRevised: boolean };

interface FoundProject {
  readonly project: ManagedProject;
  readonly progress: ProjectProgress;
  readonly seenBefore: number;
}

async function readProject(pool: Pool, projectId: Id): Promise<FoundProject | undefined> {
  const { rows } = await pool.query<ProjectRow>({
    name: "managed_project",
    text: `select p.id, p.poster_id as "posterId", p.title, p.state, p.category,
        p.required_capabilities as "requiredCapabilities", p.budget, p.currency, p.price, p.waiting_for as "waitingFor",
        p.planned_by as "plannedBy", p.max_revisions as "maxRevisions", p.revision_count as "revisionCount",
        p.review_hours as "reviewHours", p.time_limit_minutes as "timeLimitMinutes", p.event_count as "eventCount",
        p.budget - s.carved as uncarved, s.total, s.completed, s.waiting, s.ready, s."inProgress", s."inReview",
        s.disputed, coalesce(k.seen_events, 0) as "seenBefore",
        array(select substr(cause, 11)::integer from messages where project_id = p.id
          and cause in ('milestone:25', 'milestone:50', 'milestone:75', 'milestone:100')) as milestones,
        p.state = 'in_progress' and p.waiting_for = 0
          and exists (select from assignments where task_id = p.id and state = 'revision') as "isRevised"
      from tasks p
      cross join lateral (
        select coalesce(sum(budget), 0)::bigint as carved, count(*) as total,
          count(*) filter (where state = 'completed') as completed,
          count(*) filter (where state = 'open' and waiting_for > 0) as waiting,
          count(*) filter (where state = 'open' and waiting_for = 0) as ready,
          count(*) filter (where state = 'in_progress') as "inProgress",
          count(*) filter (where state = 'in_review') as "inReview",
          count(*) filter (where state = 'disputed') as disputed
        from tasks where parent_id = p.id and state not in ('cancelled', 'expired')) s
      left join manager_memory k on k.project_id = p.id
      where p.id = $1 and p.intake = 'team' and p.parent_id is null`,
    values: [projectId],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const { total, completed, waiting, ready, inProgress, inReview, disputed, seenBefore, isRevised, ...project } = row;
  const rework = isRevised ? await readRework(pool, projectId) : null;
  return {
    project: { ...project, rework },
    progress: { total, completed, waiting, ready, inProgress, inReview, disputed },
    seenBefore,
  };
}

/** Asked only while a whole that was sent back has nothing left to be done. */
async function readRework(pool: Pool, projectId: Id): Promise<Rework | null> {
  const { rows } = await pool.query<Rework>({
    name: "project_rework",
    text: `select e.at as "askedAt", e.data->>'reason' as reason,
        exists (select from task_events c where c.task_id = $1 and c.number > e.number and c.type = 'plan.changed'
          and (c.data->>'added')::integer > 0) as "hasNewPart",
        array(select t.id::text from tasks t where t.parent_id = $1 and t.state = 'completed' and not exists (
          select from subtask_dependencies d where d.depends_on_id = t.id and not d.removed)) as sinks
      from task_events e where e.task_id = $1 and e.type = 'task.revision_requested'
      order by e.number desc limit 1`,
    values: [projectId],
  });
  return rows[0] ?? null;
}

type OpeningRow = Omit<Opening, "accepted" | "asked"> & {
  readonly agentId: Id | null;
  readonly invitationId: Id;
  readonly mayWork: boolean;
  readonly asked: readonly { readonly agentId: Id; readonly times: number }[] | null;
};

async function readOpenings(pool: Pool, projectId: Id): Promise<Opening[]> {
  const { rows } = await pool.query<OpeningRow>({
    name: "project_openings",
    text: `select o.*, case when o."agentId" is null then (
          select json_agg(h) from (
            select agent_id as "agentId", count(*) as times from invitations
            where task_id = o.id group by agent_id) h) end as asked
      from (
        select t.id, t.title, t.category, t.required_capabilities as "requiredCapabilities",
          t.waiting_for = 0 as "isReady", i.agent_id as "agentId", i.id as "invitationId",
          w.approval = 'approved' and w.paused_at is null and a.task_force as "mayWork"
        from tasks t
        left join invitations i on i.task_id = t.id and i.state in ('invited', 'accepted')
        left join parties w on w.id = i.agent_id
        left join agents a on a.id = i.agent_id
        where t.parent_id = $1 and t.state = 'open'
          and (i.id is null or (i.state = 'accepted' and (t.waiting_for = 0 or w.approval <> 'approved')))
        order by t.waiting_for > 0, t.id limit $2) o
      order by not o."isReady", o.id`,
    values: [projectId, maxOpenings],
  });
  return rows.map(({ agentId, invitationId, mayWork, asked, ...opening }) => ({
    ...opening,
    accepted: agentId === null ? null : { agentId, invitationId, mayWork },
    asked: new Map((asked ?? []).map((each) => [each.agentId, each.times])),
  }));
}

/** Those that the buyer was asked to review are out of the manager's hands. */
async function readDeliveries(pool: Pool, projectId: Id): Promise<Delivery[]> {
  const { rows } = await pool.query<Delivery>({
    name: "project_deliveries",
    text: `select t.id as "subtaskId", t.title, s.id as "submissionId", t.revision_count as "revisionCount",
        t.max_revisions as "maxRevisions", json_build_object('state', e.state, 'formatScore', e.format_score,
          'coherenceScore', e.coherence_score, 'checks', e.checks) as evaluation
      from tasks t
      join assignments a on a.task_id = t.id and a.state = 'submitted'
      cross join lateral (
        select id from submissions where task_id = t.id and assignment_id = a.id order by id desc limit 1) s
      join evaluations e on e.submission_id = s.id and e.state in ('finished', 'failed')
      where t.parent_id = $1 and t.state = 'in_review' and not exists (
        select from messages r where r.project_id = $1 and r.cause = 'review:' || s.id)
      order by s.id limit $2`,
    values: [projectId, maxDeliveries],
  });
  return rows;
}

/** Members at work without an open question, with when they were last known to be heard of. */
const working = `select t.id as task_id, t.title, a.id as assignment_id, a.nudges,
    greatest(a.created_at, a.heard_at) as heard_at
  from tasks t join assignments a on a.task_id = t.id and a.state in ('active', 'revision')
  where t.parent_id = $1 and t.state = 'in_progress' and a.open_question_id is null`;
/** Never later than the moment at which the manager does something: there may be more that breaks the silence. */
const looksDue = "w.heard_at + make_interval(mins => $3) <= $2";

async function readSilences(pool: Pool, { projectId, now, nudgeMinutes }: SnapshotQuery): Promise<SilentMember[]> {
  const { rows } = await pool.query<SilentMember>({
    name: "project_silences",
    text: `select w.task_id as "subtaskId", w.title, w.assignment_id as "assignmentId", w.nudges,
        greatest(w.heard_at, s.created_at, r.created_at, q.answered_at, turns.buyer_at) as "silentSince",
        turns.nudged_at as "nudgedAt",
        coalesce(turns.passed_on_at > greatest(turns.buyer_at, '-infinity'), false) as "waitsForBuyer"
      from (${working}) w
      left join lateral (
        select created_at from submissions where task_id = w.task_id order by id desc limit 1) s on true
      left join lateral (
        select created_at from reviews where task_id = w.task_id order by id desc limit 1) r on true
      left join lateral (
        select answered_at from questions where task_id = w.task_id order by id desc limit 1) q on true
      cross join lateral (
        select max(created_at) filter (where sender_type = 'buyer') as buyer_at,
          max(created_at) filter (where message_type = 'nudge') as nudged_at,
          max(created_at) filter (where message_type = 'blocker' and cause like 'reply:%') as passed_on_at
        from (
          select sender_type, message_type, cause, created_at from messages
          where task_id = w.task_id
            and (sender_type = 'buyer' or (sender_type = 'manager' and message_type in ('text', 'blocker', 'nudge')))
          order by id desc limit 20) t) turns
      where ${looksDue} order by w.assignment_id limit 200`,
    values: [projectId, now, nudgeMinutes],
  });
  return rows;
}

async function readNextSilence(pool: Pool, { projectId, now, nudgeMinutes }: SnapshotQuery): Promise<Instant | null> {
  const { rows } = await pool.query<{ at: Instant | null }>({
    name: "project_next_silence",
    text: `select min(w.heard_at) + make_interval(mins => $3) as at from (${working}) w where not (${looksDue})`,
    values: [projectId, now, nudgeMinutes],
  });
  return rows[0]?.at ?? null;
}
