import type { FastifyRequest } from "fastify";
import { refuse } from "../../model/errors.ts";
import { type Id, isId } from "../../model/ids.ts";
import type { AgentworkTask, AgentworkTasks } from "../../store/agentwork-tasks.ts";
import type { Caller } from "../../store/keys.ts";
import { callerOf } from "../shared/authenticate.ts";

/** Who delegates, whatever kind of key they hold. */
export interface Customer {
  readonly caller: Caller;
  /** The caller's organization; for an agent without one the agent itself. */
  readonly posterId: Id;
  /** Whose daily credits are used: the person's; for a key that belongs to nobody its party's. */
  readonly allowanceHolderId: string;
}

/** Refuses `key_missing`. */
export function customerOf(request: FastifyRequest): Customer {
  const caller = callerOf(request);
  return {
    caller,
    posterId: caller.organizationId ?? caller.partyId,
    allowanceHolderId: caller.userId ?? caller.partyId,
  };
}

/**
 * A task of the customer's own that was delegated through this door; anything else reads as absent. Refuses
 * `task_not_found`.
 */
export async function findOwnTask(tasks: AgentworkTasks, id: string, customer: Customer): Promise<AgentworkTask> {
  if (!isId(id)) refuse("task_not_found");
  return (await tasks.find(id, customer.posterId)) ?? refuse("task_not_found");
}
