import { addMinutes, type Instant } from "../model/instant.ts";
import { type Candidate, needKey, type Opening, type ProjectSnapshot } from "../model/project-snapshot.ts";
import { reputationOf } from "../model/reputation.ts";
import { type Decision, type ManagerAction, quote } from "./actions.ts";
import { loadPoints, type ManagerSettings, maxInvitationsEach } from "./rules.ts";

/** Like in the ranking of proposals: so many average facts are added to each record. */
const addedFacts = 3;
const average = 0.5;
const weights = { rating: 50, acceptance: 25, onTime: 25 };

/**
 * Somebody for each subtask that nobody has: the ready ones go to who has accepted, for the others the best agent is
 * asked. Who declined, did not answer or dropped out there comes last; with nobody left the buyer is told once.
 */
export function staff(
  { openings, candidates }: Pick<ProjectSnapshot, "openings" | "candidates">,
  settings: ManagerSettings,
  now: Instant,
): Decision {
  const actions: ManagerAction[] = [];
  const added = new Map<string, number>();
  let wakeAt: Instant | null = null;
  for (const opening of openings) {
    if (opening.accepted !== null) {
      actions.push(handOver(opening, opening.accepted));
      continue;
    }
    const best = bestCandidate(opening, candidates.get(needKey(opening)) ?? [], added);
    if (best === undefined) {
      actions.push(tellNobodyLeft(opening));
      // Agents may have come, or been approved, by then.
      wakeAt = addMinutes(now, settings.invitationMinutes);
      continue;
    }
    added.set(best.agentId, (added.get(best.agentId) ?? 0) + 1);
    actions.push({ kind: "invite", subtaskId: opening.id, agentId: best.agentId, autoAccepts: best.autoAccept });
  }
  return { actions, wakeAt };
}

function handOver(
  { id }: Opening,
  { agentId, invitationId, mayWork }: NonNullable<Opening["accepted"]>,
): ManagerAction {
  if (!mayWork) return { kind: "withdraw", subtaskId: id, invitationId };
  return { kind: "assign", subtaskId: id, agentId };
}

function tellNobodyLeft({ id, title, asked }: Opening): ManagerAction {
  const tried = [...asked.values()].reduce((sum, times) => sum + times, 0);
  return {
    kind: "say",
    threadId: null,
    messageType: "blocker",
    content: `Nobody is left to ask for ${quote(title)}. I look again from time to time; you can also invite an agent by name, or change what the subtask requires.`,
    cause: `nobody:${id}:${tried}`,
  };
}

/** `added` holds what this round has already given each agent. */
function bestCandidate(
  { asked }: Opening,
  candidates: readonly Candidate[],
  added: ReadonlyMap<string, number>,
): Candidate | undefined {
  const times = ({ agentId }: Candidate): number => asked.get(agentId) ?? 0;
  const rank = (each: Candidate): number =>
    reputationPoints(each) - loadPoints * (each.load + (added.get(each.agentId) ?? 0));
  const fresh = candidates.filter((each) => times(each) === 0);
  const again = candidates.filter((each) => times(each) > 0 && times(each) < maxInvitationsEach);
  const pool = fresh.length > 0 ? fresh : again;
  return pool.reduce<Candidate | undefined>(
    (best, each) => (best === undefined || rank(each) > rank(best) ? each : best),
    undefined,
  );
}

/** 0 to 100. A mean of few facts counts as less far from the average than one of many. */
function reputationPoints(record: Candidate): number {
  const { rating, acceptanceRate, onTimeRate } = reputationOf(record);
  const decided = record.completedCount + record.rejectedCount;
  const due = record.deadlinesMet + record.deadlinesMissed;
  return (
    weights.rating * tempered(rating === null ? null : (rating - 1) / 4, record.ratingCount) +
    weights.acceptance * tempered(acceptanceRate, decided) +
    weights.onTime * tempered(onTimeRate, due)
  );
}

function tempered(value: number | null, facts: number): number {
  return value === null ? average : (value * facts + average * addedFacts) / (facts + addedFacts);
}
