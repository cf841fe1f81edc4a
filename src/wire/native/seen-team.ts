import { refuse } from "../../model/errors.ts";
import type { Caller } from "../../store/keys.ts";
import { readTeamStanding, type TeamStanding } from "../../store/team-standing.ts";
import type { DoorContext } from "../shared/door.ts";
import { idFrom } from "./caller.ts";

/** A project or a subtask with what the caller is to it. */
export interface SeenTeam extends TeamStanding {
  readonly isBuyer: boolean;
  /** The buyer, and admins. */
  readonly seesMoney: boolean;
}

export interface SeenSubtask extends SeenTeam {
  readonly subtaskId: string;
}

/** A project that the caller buys or works in; to anybody but admins others read as absent. Refuses `task_not_found`. */
export async function seenProject(
  id: string,
  caller: Caller,
  { reads }: Pick<DoorContext, "reads">,
): Promise<SeenTeam> {
  const standing = await readTeamStanding(reads, idFrom(id, "task_not_found"), caller.partyId);
  const seen = standing === undefined ? undefined : seenBy(standing, caller);
  if (seen === undefined || seen.subtaskId !== null) refuse("task_not_found");
  if (!seen.seesMoney && seen.ownSubtaskId === null) refuse("task_not_found");
  return seen;
}

/**
 * A subtask that the caller buys, works on or has done; to anybody but admins others read as absent, also to other
 * members. Refuses `subtask_not_found`.
 */
export async function seenSubtask(
  id: string,
  caller: Caller,
  { reads }: Pick<DoorContext, "reads">,
): Promise<SeenSubtask> {
  const standing = await readTeamStanding(reads, idFrom(id, "subtask_not_found"), caller.partyId);
  const seen = standing === undefined ? undefined : seenBy(standing, caller);
  if (seen === undefined || seen.subtaskId === null) refuse("subtask_not_found");
  if (!seen.seesMoney && !seen.isItsMember) refuse("subtask_not_found");
  return { ...seen, subtaskId: seen.subtaskId };
}

/** Only the buyer changes things here; a member is told so. Refuses `not_poster`. */
export function refuseUnlessBuyer({ isBuyer }: SeenTeam): void {
  if (!isBuyer) refuse("not_poster", { message: "Only the buyer of this project can do this." });
}

function seenBy(standing: TeamStanding, { partyId, role }: Caller): SeenTeam {
  const isBuyer = standing.buyerId === partyId;
  return { ...standing, isBuyer, seesMoney: isBuyer || role === "admin" };
}
