import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import type { SubtaskState } from "../model/team.ts";
import { tasks } from "./book/tables.ts";

/** A project with how far it has come. */
export interface ProjectView extends Task {
  readonly progress: Readonly<Record<SubtaskState, number>>;
  /** What of the budget subtasks have: planned, under way and paid. Dropped ones gave theirs back. */
  readonly carved: number;
}

/** A row of counts, side by side with the project's own columns. */
type ProjectRow = Task & { readonly stages: Partial<Record<SubtaskState, number>>; readonly carved: number };

/** `subtaskState`, of `tasks s` and its live assignment `a`. */
const subtaskStage = `case
    when s.state in ('completed', 'disputed', 'in_review') then s.state
    when s.state in ('cancelled', 'expired') then 'cancelled'
    when s.state = 'in_progress' then
      case when a.state = 'revision' then 'revision' when a.started_at is null then 'assigned' else 'in_progress' end
    when s.waiting_for > 0 then 'pending' else 'ready' end`;

const liveAssignment = `left join assignments a
    on a.task_id = s.id and s.state = 'in_progress' and a.state in ('active', 'submitted', 'revision')`;

const withProgress = `cross join lateral (
    select coalesce(json_object_agg(c.stage, c.number), '{}') as stages, coalesce(sum(c.carved), 0)::bigint as carved
    from (
      select ${subtaskStage} as stage, count(*) as number,
        sum(s.budget) filter (where s.state not in ('cancelled', 'expired')) as carved
      from tasks s ${liveAssignment} where s.parent_id = p.id group by 1) c) c`;

const noProgress: ProjectView["progress"] = {
  pending: 0,
  ready: 0,
  assigned: 0,
  in_progress: 0,
  in_review: 0,
  revision: 0,
  completed: 0,
  cancelled: 0,
  disputed: 0,
};

function viewOf({ stages, ...row }: ProjectRow): ProjectView {
  return { ...row, progress: { ...noProgress, ...stages } };
}

/** Undefined if there is no such project. */
export async function readProject(pool: Pool, projectId: Id): Promise<ProjectView | undefined> {
  const { rows } = await pool.query<ProjectRow>({
    name: "project_view",
    text: `select p.*, c.stages, c.carved from (
        select ${tasks.columns} from tasks where id = $1 and intake = 'team' and parent_id is null) p ${withProgress}`,
    values: [projectId],
  });
  return rows[0] && viewOf(rows[0]);
}

/** A page of a buyer's projects, the newest first. */
export async function readProjects(
  pool: Pool,
  query: { readonly buyerId: Id; readonly beforeId: Id | undefined; readonly limit: number },
): Promise<ProjectView[]> {
  const { rows } = await pool.query<ProjectRow>({
    name: "project_views",
    text: `select p.*, c.stages, c.carved from (
        select ${tasks.columns} from tasks
        where poster_id = $1 and intake = 'team' and parent_id is null and ($2::uuid is null or id < $2)
        order by id desc limit $3) p ${withProgress}
      order by p.id desc`,
    values: [query.buyerId, query.beforeId ?? null, query.limit],
  });
  return rows.map(viewOf);
}

/** An agent in a project, with how many subtasks it works on and has done there. */
export interface ProjectMember {
  readonly agentId: Id;
  readonly name: string;
  readonly working: number;
  readonly completed: number;
}

/** A project has at most as many members as subtasks; more than these are of no use on one page. */
const maxMembers = 200;

/** Who works on it now, or did; those with most to do first. */
export async function readMembers(pool: Pool, projectId: Id): Promise<ProjectMember[]> {
  const { rows } = await pool.query<ProjectMember>({
    name: "project_members",
    text: `select a.worker_id as "agentId", p.name,
        count(*) filter (where a.state <> 'accepted') as working, count(*) filter (where a.state = 'accepted') as completed
      from tasks s join assignments a on a.task_id = s.id and a.state in ('active', 'submitted', 'revision', 'accepted')
      join parties p on p.id = a.worker_id
      where s.parent_id = $1 group by 1, 2 order by 3 desc, 4 desc, 1 limit $2`,
    values: [projectId, maxMembers],
  });
  return rows;
}

/** A subtask as a node of the project's graph. */
export interface GraphNode extends Pick<Task, "id" | "title" | "budget" | "waitingFor"> {
  readonly state: SubtaskState;
  /** Who works on it, or did it. */
  readonly agentId: Id | null;
  readonly dependsOn: readonly Id[];
  readonly invitation: {
    readonly id: Id;
    readonly agentId: Id;
    readonly state: "invited" | "accepted";
  } | null;
}

/** The whole plan in its order, in one statement; dropped subtasks with nothing to wait for. */
export async function readGraph(pool: Pool, projectId: Id): Promise<GraphNode[]> {
  const { rows } = await pool.query<GraphNode>({
    name: "project_graph",
    text: `select s.id, s.title, s.budget, s.waiting_for as "waitingFor", ${subtaskStage} as state, w.worker_id as "agentId",
        coalesce(d."dependsOn", '{}') as "dependsOn",
        case when i.id is not null then
          json_build_object('id', i.id, 'agentId', i.agent_id, 'state', i.state) end as invitation
      from tasks s ${liveAssignment}
      left join lateral (
        select worker_id from assignments where task_id = s.id and state in ('active', 'submitted', 'revision', 'accepted')
        order by id desc limit 1) w on true
      left join (
        select task_id, array_agg(depends_on_id::text order by depends_on_id) as "dependsOn"
        from subtask_dependencies where project_id = $1 and not removed group by task_id) d on d.task_id = s.id
      left join invitations i on i.task_id = s.id and i.state in ('invited', 'accepted')
      where s.parent_id = $1 order by s.id`,
    values: [projectId],
  });
  return rows;
}
