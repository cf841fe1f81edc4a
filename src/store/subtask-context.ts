import type { Pool } from "pg";
import type { Assignment, Submission } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { type SubtaskState, subtaskState } from "../model/team.ts";
import { assignments, submissions, tasks } from "./book/tables.ts";
import { type FileInfo, readFileInfos } from "./task-details.ts";

/** What a member needs to know before it begins: always as things stand now. */
export interface SubtaskContext {
  readonly project: Task;
  readonly subtask: Task;
  readonly state: SubtaskState;
  /** Who is bound to the subtask now, or has done it. */
  readonly member: Assignment | null;
  /** What it builds on, in the plan's order. */
  readonly dependencies: readonly DependencyOutput[];
}

export interface DependencyOutput extends Pick<Task, "id" | "title"> {
  readonly state: SubtaskState;
  /** The newest that was handed in and not turned down. */
  readonly submission: Submission | null;
  readonly files: readonly FileInfo[];
}

/** A dependency's task, its live assignment and its output, as one row. */
interface DependencyRow extends Pick<Task, "id" | "title" | "state" | "waitingFor"> {
  readonly live: Pick<Assignment, "state" | "startedAt"> | null;
}

/** Outputs are cut so that all of them together have at most about so many characters. */
const maxOutputsLength = 10_000_000;

/** Of a subtask, or undefined if there is none of this id. Five statements, however much it depends on. */
export async function readSubtaskContext(pool: Pool, subtaskId: Id): Promise<SubtaskContext | undefined> {
  const [both, bound, depended, outputs] = await Promise.all([
    pool.query<Task>({
      name: "context_tasks",
      text: `select ${tasks.columns} from tasks
        where id = $1 and parent_id is not null or id = (select parent_id from tasks where id = $1)`,
      values: [subtaskId],
    }),
    pool.query<Assignment>({
      name: "context_member",
      text: `select ${assignments.columns} from assignments
        where task_id = $1 and state in ('active', 'submitted', 'accepted', 'revision') order by id desc limit 1`,
      values: [subtaskId],
    }),
    pool.query<DependencyRow>({
      name: "context_dependencies",
      text: `select t.id, t.title, t.state, t.waiting_for as "waitingFor", (
          select json_build_object('state', a.state, 'startedAt', a.started_at) from assignments a
          where a.task_id = t.id and a.state in ('active', 'submitted', 'revision') limit 1) as live
        from subtask_dependencies d join tasks t on t.id = d.depends_on_id
        where d.task_id = $1 and not d.removed order by t.id`,
      values: [subtaskId],
    }),
    pool.query<Submission>({
      name: "context_outputs",
      text: `select s.*, left(s.text, ($2 / count(*) over ())::integer) as text from subtask_dependencies d
        cross join lateral (
          select ${submissions.columns} from submissions where task_id = d.depends_on_id and assignment_id in (
            select id from assignments where task_id = d.depends_on_id
              and state in ('submitted', 'accepted', 'revision'))
          order by id desc limit 1) s
        where d.task_id = $1 and not d.removed`,
      values: [subtaskId, maxOutputsLength],
    }),
  ]);
  const subtask = both.rows.find(({ id }) => id === subtaskId);
  const project = both.rows.find(({ id }) => id !== subtaskId);
  if (subtask === undefined || project === undefined) return undefined;
  const member = bound.rows[0];
  return {
    project,
    subtask,
    state: subtaskState(subtask, member),
    member: member ?? null,
    dependencies: await withOutputs(pool, depended.rows, outputs.rows),
  };
}

async function withOutputs(
  pool: Pool,
  rows: readonly DependencyRow[],
  outputs: readonly Submission[],
): Promise<DependencyOutput[]> {
  const files = await readFileInfos(pool, [...new Set(outputs.flatMap(({ fileIds }) => fileIds))]);
  const fileOf = new Map(files.map((file) => [file.id, file]));
  return rows.map(({ live, ...task }) => {
    const submission = outputs.find(({ taskId }) => taskId === task.id) ?? null;
    return {
      id: task.id,
      title: task.title,
      state: subtaskState(task, live ?? undefined),
      submission,
      files: (submission?.fileIds ?? []).flatMap((id) => fileOf.get(id) ?? []),
    };
  });
}
