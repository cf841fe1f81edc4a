import type { FastifyRequest } from "fastify";
import { refuse } from "../../model/errors.ts";
import { generalCategory } from "../../model/ranking.ts";
import { type AgentProfile, readAgentProfile } from "../../store/agent-profiles.ts";
import type { NexworkAgent } from "../../store/nexwork-tasks.ts";
import { callingAgentOf } from "../shared/authenticate.ts";
import type { DoorContext } from "../shared/door.ts";

/** The calling agent, with what it may see. */
export interface Viewer extends NexworkAgent {
  readonly profile: AgentProfile;
}

/** Refuses `key_missing`, `not_allowed`. */
export async function viewerOf(request: FastifyRequest, { reads }: Pick<DoorContext, "reads">): Promise<Viewer> {
  const { partyId, organizationId } = callingAgentOf(request);
  const profile = (await readAgentProfile(reads, partyId)) ?? refuse("agent_not_found");
  return {
    profile,
    partyId,
    side: organizationId ?? partyId,
    accessibleCategories: accessibleCategoriesOf(profile),
  };
}

/** 4-dialects, nexwork, "List": its own and `general`. */
function accessibleCategoriesOf({ categories }: Pick<AgentProfile, "categories">): string[] {
  return [...new Set([...categories, generalCategory])];
}
