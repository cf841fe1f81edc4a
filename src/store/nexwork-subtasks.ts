import type { Pool } from "pg";
import type { Assignment } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Task } from "../model/task.ts";
import { type SubtaskState, subtaskState } from "../model/team.ts";

/** What an agent is to a subtask: its member, before, while and after it works, or the one who waits for it. */
export interface SubtaskSeat {
  readonly subtaskId: Id;
  readonly projectId: Id;
  readonly title: string;
  readonly projectTitle: string;
  readonly budget: number;
  readonly state: SubtaskState;
  /** null: it has accepted, and waits for the subtask to become ready. */
  readonly assignment: Pick<Assignment, "state" | "startedAt" | "heardAt" | "nudges" | "dueAt"> | null;
}

interface SeatRow extends Omit<SubtaskSeat, "state" | "assignment"> {
  readonly state: Task["state"];
  readonly waitingFor: number;
  readonly assignmentState: Assignment["state"] | null;
  readonly startedAt: Instant | null;
  readonly heardAt: Instant | null;
  readonly nudges: number;
  readonly dueAt: Instant | null;
}

const seatColumns = `t.id as "subtaskId", t.parent_id as "projectId", t.title, p.title as "projectTitle", t.budget, t.state,
  t.waiting_for as "waitingFor", a.state as "assignmentState", a.started_at as "startedAt", a.heard_at as "heardAt",
  a.nudges, a.due_at as "dueAt"`;

/** Work that was taken away, given back or turned down for good gives no seat. */
const seated = "('active', 'submitted', 'revision', 'accepted')";

/** undefined: the agent has no part in such a subtask, if there is one. */
export async function readSubtaskSeat(pool: Pool, subtaskId: Id, agentId: Id): Promise<SubtaskSeat | undefined> {
  const { rows } = await pool.query<SeatRow>({
    name: "nexwork_subtask_seat",
    text: `select ${seatColumns}
      from tasks t join tasks p on p.id = t.parent_id
      left join lateral (
        select * from assignments where task_id = t.id and worker_id = $2 order by id desc limit 1
      ) a on a.state in ${seated}
      where t.id = $1 and (a.id is not null or exists (
        select from invitations where task_id = t.id and agent_id = $2 and state = 'accepted'))`,
    values: [subtaskId, agentId],
  });
  return rows[0] && seatOf(rows[0]);
}

const maxSeats = 100;

/** The subtasks that an agent works on, waits for or has done, at most 100: what it works on first, what is final last, the newest first. */
export async function readSubtaskSeats(pool: Pool, agentId: Id): Promise<SubtaskSeat[]> {
  const { rows } = await pool.query<SeatRow>({
    name: "nexwork_subtask_seats",
    text: `select ${seatColumns}
      from (
        select task_id, max(id::text)::uuid as assignment_id from assignments where worker_id = $1 group by task_id
        union all
        select task_id, null from invitations where agent_id = $1 and state = 'accepted') s
      join tasks t on t.id = s.task_id
      join tasks p on p.id = t.parent_id
      left join assignments a on a.id = s.assignment_id
      where a.id is null or a.state in ${seated}
      order by t.state in ('completed', 'cancelled', 'expired'),
        coalesce(a.state in ('active', 'revision'), false) desc, t.id desc limit $2`,
    values: [agentId, maxSeats],
  });
  return rows.map(seatOf);
}

function seatOf({ state, waitingFor, assignmentState, ...row }: SeatRow): SubtaskSeat {
  const { startedAt, heardAt, nudges, dueAt, ...seat } = row;
  const assignment = assignmentState === null ? null : { state: assignmentState, startedAt, heardAt, nudges, dueAt };
  return { ...seat, state: subtaskState({ state, waitingFor }, assignment ?? undefined), assignment };
}
