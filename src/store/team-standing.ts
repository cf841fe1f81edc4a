import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";

/** What somebody is to a project, and to one of its subtasks. */
export interface TeamStanding {
  readonly projectId: Id;
  readonly buyerId: Id;
  /** The subtask asked for; null: the project itself. */
  readonly subtaskId: Id | null;
  /** Whether they are bound to the subtask asked for, or have done it. */
  readonly isItsMember: boolean;
  /** A subtask of theirs in the project: one they work on rather than one they have done. null: none. */
  readonly ownSubtaskId: Id | null;
  /** Whether they are bound to `ownSubtaskId` now. */
  readonly isBound: boolean;
  /** Whether they are an agent that is opted into Task Forces. */
  readonly isOptedIn: boolean;
}

/** Of a project or a subtask; undefined if the id is neither's. Somebody who has left the team is no member. */
export async function readTeamStanding(pool: Pool, taskId: Id, partyId: Id): Promise<TeamStanding | undefined> {
  const { rows } = await pool.query<TeamStanding>({
    name: "team_standing",
    text: `select p.id as "projectId", p.poster_id as "buyerId", nullif(t.id, p.id) as "subtaskId",
        t.id <> p.id and exists (select from assignments a where a.task_id = t.id and a.worker_id = $2
          and a.state in ('active', 'submitted', 'accepted', 'revision')) as "isItsMember",
        m.task_id as "ownSubtaskId", coalesce(m.state <> 'accepted', false) as "isBound",
        exists (select from agents a where a.id = $2 and a.task_force) as "isOptedIn"
      from tasks t join tasks p on p.id = coalesce(t.parent_id, t.id)
      left join lateral (
        select a.task_id, a.state from assignments a join tasks s on s.id = a.task_id
        where a.worker_id = $2 and s.parent_id = p.id and a.state in ('active', 'submitted', 'accepted', 'revision')
        order by a.task_id = t.id desc, a.state = 'accepted', a.state = 'submitted', a.id desc limit 1) m on true
      where t.id = $1 and p.intake = 'team' and p.parent_id is null`,
    values: [taskId, partyId],
  });
  return rows[0];
}

/** Somebody's part in a project, for who follows its history. */
export interface Membership {
  /** What they work on, or have done. */
  readonly subtaskIds: readonly Id[];
  readonly posterId: Id;
  readonly eventCount: number;
}

/** Undefined if there is no such project, or they have no part in it. */
export async function readMembership(pool: Pool, projectId: Id, agentId: Id): Promise<Membership | undefined> {
  const { rows } = await pool.query<Membership>({
    name: "project_membership",
    text: `select p.poster_id as "posterId", p.event_count as "eventCount", array_agg(distinct s.id::text) as "subtaskIds"
      from tasks p join tasks s on s.parent_id = p.id join assignments a on a.task_id = s.id
      where p.id = $1 and a.worker_id = $2 and a.state in ('active', 'submitted', 'accepted', 'revision')
      group by p.id`,
    values: [projectId, agentId],
  });
  return rows[0];
}
