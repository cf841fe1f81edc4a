import { isWorking } from "../../model/assignment.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { addMinutes } from "../../model/instant.ts";
import { readSubtaskSeat, type SubtaskSeat } from "../../store/nexwork-subtasks.ts";
import type { DoorContext } from "../shared/door.ts";
import type { Viewer } from "./agent-view.ts";

/**
 * The subtask at an address, as its member's. Source: 4-dialects, nexwork, "Subtasks". Refuses `subtask_not_found` to
 * everybody else, `not_opted_in`.
 */
export async function findSeat(
  id: string,
  { partyId, profile }: Viewer,
  { reads }: Pick<DoorContext, "reads">,
): Promise<SubtaskSeat> {
  if (!isId(id)) refuse("subtask_not_found");
  const seat = (await readSubtaskSeat(reads, id.toLowerCase(), partyId)) ?? refuse("subtask_not_found");
  if (!profile.taskForce) refuse("not_opted_in");
  return seat;
}

/** Reading is a sign of life, but not worth writing down more often than this. */
const signOfLifeMinutes = 1;

/** Whether the member's reading its context should be written down: it begins, was reminded, or was long not heard of. */
export function isNewsOf({ assignment }: SubtaskSeat, { clock }: Pick<DoorContext, "clock">): boolean {
  if (assignment === null || !isWorking(assignment.state)) return false;
  const { startedAt, heardAt, nudges } = assignment;
  return startedAt === null || heardAt === null || nudges > 0 || addMinutes(heardAt, signOfLifeMinutes) <= clock();
}
