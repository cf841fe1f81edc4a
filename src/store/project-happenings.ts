import type { Pool } from "pg";
import type { EventType, TaskEvent } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { IncomingMessage, Notice, ProjectSnapshot } from "../model/project-snapshot.ts";

const followed: readonly EventType[] = [
  "message.posted",
  "subtask.revision",
  "subtask.assigned",
  "subtask.delivered",
  "subtask.completed",
];
/** So many lines of history are taken in at once; the others come next time. */
const maxEvents = 500;
/** What a message wants is said at its beginning. */
const maxContentLength = 4_000;

type Happenings = Pick<ProjectSnapshot, "messages" | "notices" | "seenEvents">;

/** What was said and done in a project since the manager last looked at its history. */
export async function readHappenings(
  pool: Pool,
  projectId: Id,
  seenEvents: number,
  eventCount: number,
): Promise<Happenings> {
  if (seenEvents >= eventCount) return { messages: [], notices: [], seenEvents };
  const until = Math.min(eventCount, seenEvents + maxEvents);
  const { rows: events } = await pool.query<TaskEvent>({
    name: "project_happenings",
    text: `select number, type, data from task_events
      where task_id = $1 and number > $2 and number <= $3 and type = any($4) order by number`,
    values: [projectId, seenEvents, until, followed],
  });
  const idsOf = (type: EventType, field: string): Id[] => [
    ...new Set(events.filter((event) => event.type === type).map(({ data }) => String(data[field]))),
  ];
  const [messages, handovers, revised] = await Promise.all([
    readUnanswered(pool, projectId, idsOf("message.posted", "messageId")),
    readHandovers(pool, idsOf("subtask.assigned", "assignmentId")),
    readRevised(pool, [...idsOf("subtask.delivered", "subtaskId"), ...idsOf("subtask.completed", "subtaskId")]),
  ]);
  const revisions = events
    .filter(({ type }) => type === "subtask.revision")
    .map(({ number, data }): Notice => {
      const { subtaskId, reason } = data;
      return {
        kind: "revision",
        subtaskId: String(subtaskId),
        event: number,
        reason: typeof reason === "string" ? reason : null,
      };
    });
  return { messages, notices: [...revisions, ...handovers, ...revised], seenEvents: until };
}

/** Of these messages, what others wrote and the manager has not replied to, with whose turn it is in the thread. */
async function readUnanswered(pool: Pool, projectId: Id, ids: readonly Id[]): Promise<IncomingMessage[]> {
  if (ids.length === 0) return [];
  const { rows } = await pool.query<IncomingMessage>({
    name: "unanswered_messages",
    text: `select m.id, nullif(m.task_id, $1) as "threadId", t.title as "threadTitle", m.sender_type as "senderType",
        left(m.content, $3) as content, turns.answers, turns."waitsForBuyer"
      from messages m join tasks t on t.id = m.task_id
      cross join lateral (
        select count(*) filter (where message_type = 'text') as answers,
          coalesce(bool_or(message_type = 'blocker'), false) as "waitsForBuyer"
        from (
          select sender_type, message_type, cause,
            bool_or(sender_type = 'buyer') over (order by id desc) as is_over
          from (
            select id, sender_type, message_type, cause from messages
            where task_id = m.task_id
              and (sender_type = 'buyer' or (sender_type = 'manager' and message_type in ('text', 'blocker', 'nudge')))
            order by id desc limit 50) newest) turn
        where not is_over and cause like 'reply:%') turns
      where m.id = any($2) and m.sender_type <> 'manager' and not exists (
        select from messages r where r.project_id = $1 and r.cause = 'reply:' || m.id)
      order by m.id`,
    values: [projectId, ids, maxContentLength],
  });
  return rows;
}

/** Of these assignments, those of a subtask that somebody else had before. */
async function readHandovers(pool: Pool, ids: readonly Id[]): Promise<Notice[]> {
  if (ids.length === 0) return [];
  const { rows } = await pool.query<Notice>({
    name: "handed_over",
    text: `select 'handover' as kind, a.task_id as "subtaskId", a.id as "assignmentId" from assignments a
      where a.id = any($1) and a.state in ('active', 'revision') and exists (
        select from assignments b where b.task_id = a.task_id and b.id < a.id)
      order by a.id`,
    values: [ids],
  });
  return rows;
}

/** Members at work on what depends on one of these subtasks, whose output is newer than what they were handed. */
async function readRevised(pool: Pool, ids: readonly Id[]): Promise<Notice[]> {
  if (ids.length === 0) return [];
  const { rows } = await pool.query<Notice>({
    name: "revised_dependencies",
    text: `select 'revised' as kind, d.task_id as "subtaskId", u.title as "dependencyTitle", s.id as "submissionId"
      from subtask_dependencies d
      join tasks u on u.id = d.depends_on_id
      join assignments a on a.task_id = d.task_id and a.state in ('active', 'submitted', 'revision')
      cross join lateral (
        select id, created_at from submissions where task_id = u.id order by id desc limit 1) s
      where d.depends_on_id = any($1) and not d.removed and s.created_at > a.created_at
      order by s.id, d.task_id`,
    values: [[...new Set(ids)]],
  });
  return rows;
}
