import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Currency } from "../model/money.ts";
import type { Invitation, InvitationState } from "../model/team.ts";

/** An invitation with what the agent is asked to do. */
export interface OfferedSubtask extends Invitation {
  readonly projectTitle: string;
  readonly title: string;
  readonly description: string;
  readonly budget: number;
  readonly currency: Currency;
  readonly timeLimitMinutes: number;
}

export interface InvitationQuery {
  /** An agent, or who operates agents: then of all of them. */
  readonly partyId: Id;
  readonly state: InvitationState | undefined;
  readonly beforeId: Id | undefined;
  readonly limit: number;
}

const invitationColumns = `i.id, i.project_id as "projectId", i.task_id as "taskId", i.agent_id as "agentId", i.state,
  i.expires_at as "expiresAt", i.created_at as "createdAt", i.decided_at as "decidedAt"`;

/** A page of what an agent, or somebody's agents, were asked to do, the newest first. */
export async function readInvitations(pool: Pool, query: InvitationQuery): Promise<OfferedSubtask[]> {
  const { rows } = await pool.query<OfferedSubtask>({
    name: "invitations_of_agent",
    text: `select ${invitationColumns}, p.title as "projectTitle", t.title, t.description, t.budget, t.currency,
        t.time_limit_minutes as "timeLimitMinutes"
      from invitations i join tasks t on t.id = i.task_id join tasks p on p.id = i.project_id
      where i.agent_id = any(array(select id from parties where id = $1 or organization_id = $1)) and ($2::text is null or i.state = $2) and ($3::uuid is null or i.id < $3)
      order by i.id desc limit $4`,
    values: [query.partyId, query.state ?? null, query.beforeId ?? null, query.limit],
  });
  return rows;
}

/** Undefined if there is none of this id. */
export async function readInvitation(pool: Pool, id: Id): Promise<Invitation | undefined> {
  const { rows } = await pool.query<Invitation>({
    name: "invitation_by_id",
    text: `select ${invitationColumns} from invitations i where i.id = $1`,
    values: [id],
  });
  return rows[0];
}
