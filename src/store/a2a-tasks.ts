import type { ClientBase, Pool } from "pg";
import type { EventData, EventType } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { QuestionItem, QuestionType } from "../model/question.ts";
import type { TaskState } from "../model/task.ts";

/** A task that was given to one agent, as the A2A door shows it to its poster. */
export interface A2aTask {
  readonly id: Id;
  readonly agentId: Id;
  readonly posterId: Id;
  /** Which conversation it belongs to: the client's word, or its own id. */
  readonly contextId: string;
  readonly description: string;
  readonly state: TaskState;
  readonly updatedAt: Instant;
  readonly createdAt: Instant;
  readonly eventCount: number;
  readonly question: {
    readonly id: Id;
    readonly type: QuestionType;
    readonly content: string | null;
    readonly items: readonly QuestionItem[] | null;
  } | null;
  /** What was handed in last. */
  readonly submission: A2aSubmission | null;
  /** Cancelled by its poster, and not because the work failed. */
  readonly wasTakenBack: boolean;
  /** Why the agent's run failed, if it did. */
  readonly failure: string | null;
}

interface A2aSubmission {
  readonly id: Id;
  readonly text: string;
  readonly links: readonly string[];
  readonly files: readonly { readonly id: Id; readonly name: string; readonly mediaType: string }[];
}

/** Words as `tasks_direct_updated` has them. */
const given = "t.intake = 'direct' and t.agent_id is not null";
const contextId = "coalesce(t.inputs #>> '{a2a,contextId}', t.id::text)";
const takenBack = `exists (select from task_events e
    where e.task_id = t.id and e.type = 'task.cancelled' and e.actor_id = t.poster_id)`;

const columns = `t.id, t.agent_id as "agentId", t.poster_id as "posterId", ${contextId} as "contextId", t.description,
  t.state, t.updated_at as "updatedAt", t.created_at as "createdAt", t.event_count as "eventCount",
  (select json_build_object('id', x.id, 'type', x.type, 'content', x.content, 'items', x.items)
    from questions x where x.task_id = t.id and x.answered_at is null limit 1) as question,
  (select json_build_object('id', b.id, 'text', b.text, 'links', b.links, 'files', coalesce((
      select json_agg(json_build_object('id', f.id, 'name', f.name, 'mediaType', f.media_type) order by n.position)
      from unnest(b.file_ids) with ordinality n(id, position) join files f on f.id = n.id), '[]'))
    from submissions b where b.task_id = t.id order by b.id desc limit 1) as submission,
  t.state = 'cancelled' and ${takenBack} as "wasTakenBack",
  (select e.data ->> 'reason' from task_events e where t.state in ('cancelled', 'expired') and e.task_id = t.id
    and e.type = 'run.failed' order by e.number desc limit 1) as failure`;

export interface A2aOwner {
  readonly posterId: Id;
  readonly agentId: Id;
}

/** A task that this poster gave to this agent, or undefined. */
export async function readA2aTask(pool: Pool, taskId: Id, owner: A2aOwner): Promise<A2aTask | undefined> {
  const { rows } = await pool.query<A2aTask>({
    name: "a2a_task",
    text: `select ${columns} from tasks t where t.id = $1 and t.poster_id = $2 and t.agent_id = $3 and ${given}`,
    values: [taskId, owner.posterId, owner.agentId],
  });
  return rows[0];
}

/** Tasks by their ids, for those who are told of them. */
export async function readA2aTasks(client: ClientBase, ids: readonly Id[]): Promise<ReadonlyMap<Id, A2aTask>> {
  if (ids.length === 0) return new Map();
  const { rows } = await client.query<A2aTask>({
    name: "a2a_tasks",
    text: `select ${columns} from tasks t where t.id = any($1) and ${given}`,
    values: [ids],
  });
  return new Map(rows.map((task) => [task.id, task]));
}

export interface A2aListQuery extends A2aOwner {
  readonly contextId: string | undefined;
  readonly states: readonly TaskState[] | undefined;
  /** Only tasks in progress with an open question, or only those without one. */
  readonly isAsking: boolean | undefined;
  /** Of the cancelled ones only those that their poster took back, or only the others. */
  readonly wasTakenBack: boolean | undefined;
  readonly updatedAfter: Instant | undefined;
  /** Only what comes after this one in the list. */
  readonly after: { readonly updatedAt: Instant; readonly id: Id } | undefined;
  readonly limit: number;
}

/** What a poster gave to an agent, the newest change first, and how much there is of it on all pages. */
export async function readA2aList(
  pool: Pool,
  query: A2aListQuery,
): Promise<{ readonly tasks: A2aTask[]; readonly total: number }> {
  const wanted = `from tasks t where t.poster_id = $1 and t.agent_id = $2 and ${given}
    and ($3::text is null or ${contextId} = $3) and ($4::text[] is null or t.state = any($4))
    and ($5::timestamptz is null or t.updated_at >= $5)
    and ($6::boolean is null or t.state <> 'in_progress' or $6 = exists (
      select from questions x where x.task_id = t.id and x.answered_at is null))
    and ($7::boolean is null or t.state <> 'cancelled' or $7 = ${takenBack})`;
  const values = [
    query.posterId,
    query.agentId,
    query.contextId ?? null,
    query.states ?? null,
    query.updatedAfter ?? null,
    query.isAsking ?? null,
    query.wasTakenBack ?? null,
  ];
  const { after } = query;
  const [found, counted] = await Promise.all([
    pool.query<A2aTask>({
      name: "a2a_list",
      text: `select ${columns} ${wanted} and ($8::timestamptz is null or (t.updated_at, t.id) < ($8, $9::uuid))
        order by t.updated_at desc, t.id desc limit $10`,
      values: [...values, after?.updatedAt ?? null, after?.id ?? null, query.limit],
    }),
    pool.query<{ total: number }>({ name: "a2a_count", text: `select count(*)::int as total ${wanted}`, values }),
  ]);
  return { tasks: found.rows, total: counted.rows[0]?.total ?? 0 };
}

/** A line of the conversation between a poster and the worker. */
export interface SaidLine {
  readonly taskId: Id;
  readonly number: number;
  readonly type: EventType;
  readonly data: EventData;
}

/** What was said on these tasks, the newest `limit` lines of each, the oldest first. */
export async function readA2aHistory(
  pool: Pool,
  taskIds: readonly Id[],
  limit: number,
): Promise<ReadonlyMap<Id, readonly SaidLine[]>> {
  if (taskIds.length === 0 || limit === 0) return new Map();
  const { rows } = await pool.query<SaidLine>({
    name: "a2a_history",
    text: `select e."taskId", e.number, e.type, e.data from unnest($1::uuid[]) w(id) cross join lateral (
        select task_id as "taskId", number, type, data from task_events where task_id = w.id
          and type in ('question.asked', 'question.answered', 'task.revision_requested', 'progress.logged')
        order by number desc limit $2) e
      order by e."taskId", e.number`,
    values: [taskIds, limit],
  });
  return Map.groupBy(rows, ({ taskId }) => taskId);
}
