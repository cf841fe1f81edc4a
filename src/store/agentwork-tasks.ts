import type { Pool } from "pg";
import type { EventData, EventType } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { QuestionItem, QuestionType } from "../model/question.ts";
import type { TaskState } from "../model/task.ts";
import { coalesce } from "./coalesce.ts";
import { taskByKey } from "./task-views.ts";

/** A delegated task as its poster polls it. */
export interface AgentworkTask {
  readonly id: Id;
  readonly posterId: Id;
  readonly title: string;
  readonly state: TaskState;
  readonly updatedAt: Instant;
  /** The question that waits for an answer. */
  readonly question: {
    readonly id: Id;
    readonly type: QuestionType;
    readonly content: string | null;
    readonly items: readonly QuestionItem[] | null;
  } | null;
  /** What was handed in last. */
  readonly solution: Solution | null;
}

export interface Solution {
  readonly id: Id;
  readonly text: string;
  readonly links: readonly string[];
  readonly files: readonly { readonly id: Id; readonly name: string }[];
}

interface Wanted {
  readonly taskId: Id;
  readonly posterId: Id;
}

/** Worded as the index `tasks_poster_allowance` is: what the Agentwork door posts, and no other. */
const delegated = "t.funding = 'allowance' and t.intake = 'direct'";

const openQuestion = `left join lateral (
    select json_build_object('id', x.id, 'type', x.type, 'content', x.content, 'items', x.items) as question
    from questions x where x.task_id = t.id and x.answered_at is null limit 1) q on true`;

/** Reads single delegated tasks for their posters, many at a time: clients poll them. */
export class AgentworkTasks {
  readonly #find: (wanted: Wanted) => Promise<AgentworkTask | undefined>;

  constructor(pool: Pool) {
    this.#find = coalesce(wantedKey, async (wanted) => {
      const { rows } = await pool.query<AgentworkTask>({
        name: "agentwork_tasks",
        text: `select t.id, t.poster_id as "posterId", t.title, t.state, t.updated_at as "updatedAt", q.question, s.solution
          from unnest($1::uuid[], $2::uuid[]) as v(task_id, poster_id)
          ${taskByKey}
          ${openQuestion}
          left join lateral (
            select json_build_object('id', b.id, 'text', b.text, 'links', b.links, 'files', coalesce((
                select json_agg(json_build_object('id', f.id, 'name', f.name) order by n.position)
                from unnest(b.file_ids) with ordinality n(id, position) join files f on f.id = n.id), '[]')) as solution
            from submissions b where b.task_id = t.id order by b.id desc limit 1) s on true
          where t.poster_id = v.poster_id and ${delegated}`,
        values: [wanted.map((each) => each.taskId), wanted.map((each) => each.posterId)],
      });
      return new Map(rows.map((row) => [wantedKey({ taskId: row.id, posterId: row.posterId }), row]));
    });
  }

  /** One delegated task of this poster, or undefined. */
  find(taskId: Id, posterId: Id): Promise<AgentworkTask | undefined> {
    return this.#find({ taskId: taskId.toLowerCase(), posterId });
  }
}

export interface AgentworkListItem {
  readonly id: Id;
  readonly title: string;
  readonly state: TaskState;
  readonly hasOpenQuestion: boolean;
  readonly createdAt: Instant;
}

export interface AgentworkListQuery {
  readonly posterId: Id;
  /** Only tasks older than this one. */
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

/** The poster's delegated tasks, newest first. */
export async function readAgentworkList(pool: Pool, query: AgentworkListQuery): Promise<AgentworkListItem[]> {
  const { rows } = await pool.query<AgentworkListItem>({
    name: "agentwork_list",
    text: `select t.id, t.title, t.state, t.created_at as "createdAt",
        exists (select from questions x where x.task_id = t.id and x.answered_at is null) as "hasOpenQuestion"
      from tasks t
      where t.poster_id = $1 and ${delegated} and ($2::uuid is null or t.id < $2::uuid)
      order by t.id desc limit $3`,
    values: [query.posterId, query.beforeId ?? null, query.limit],
  });
  return rows;
}

/** One line of a task's history; a submission comes with its words. */
export interface AgentworkEvent {
  readonly type: EventType;
  readonly actorId: Id | null;
  readonly data: EventData;
  readonly at: Instant;
  readonly submission: Pick<Solution, "text" | "links"> | null;
}

/** The newest `limit` events of a task, oldest first, without the steps of its runs, which the document does not know. */
export async function readAgentworkEvents(pool: Pool, taskId: Id, limit: number): Promise<AgentworkEvent[]> {
  const { rows } = await pool.query<AgentworkEvent>({
    name: "agentwork_events",
    text: `select e.type, e.actor_id as "actorId", e.data, e.at,
        case when s.id is not null then json_build_object('text', s.text, 'links', s.links) end as submission
      from (select * from task_events where task_id = $1 and type not in ('run.started', 'run.step')
        order by number desc limit $2) e
      left join submissions s on e.type = 'task.submitted' and s.id = (e.data ->> 'submissionId')::uuid
      order by e.number`,
    values: [taskId, limit],
  });
  return rows;
}

/** Whether any engineer could take a direct task of this organization. `unusable`: what this server cannot run now. */
export async function hasEngineer(pool: Pool, posterId: Id, unusable: readonly string[]): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>({
    name: "has_engineer",
    text: `select exists (
        select from parties p join agents g on g.id = p.id
        where p.engineer <> 'none' and p.id <> $1 and p.paused_at is null
          and (p.engineer = 'platform' or (p.engineer = 'organization' and p.organization_id = $1))
          and (g.executor is null or g.executor <> all($2))) as found`,
    values: [posterId, unusable],
  });
  return rows[0]?.found ?? false;
}

function wantedKey({ taskId, posterId }: Wanted): string {
  return `${taskId} ${posterId}`;
}
