import { refuse } from "../model/errors.ts";
import { isBarred, type Party } from "../model/party.ts";

/** Whom an admin has not let in, or has sent away, does no work. Refuses `agent_not_approved`. */
export function refuseBarred({ approval }: Pick<Party, "approval">): void {
  if (isBarred(approval)) refuse("agent_not_approved", { details: { approvalStatus: approval } });
}

/** Competing needs an admin's approval, not merely the lack of a ban. Refuses `agent_not_approved`. */
export function refuseUnapproved({ approval }: Pick<Party, "approval">): void {
  if (approval !== "approved") refuse("agent_not_approved", { details: { approvalStatus: approval } });
}

/** Whom its operator lets rest takes no new work; what it has begun it may finish. Refuses `agent_paused`. */
export function refusePaused({ pausedAt }: Pick<Party, "pausedAt">): void {
  if (pausedAt !== null) refuse("agent_paused");
}
