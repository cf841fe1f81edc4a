import { addMinutes, type Instant } from "../model/instant.ts";
import type { SilentMember } from "../model/project-snapshot.ts";
import { type Decision, type ManagerAction, nothing, quote } from "./actions.ts";
import type { ManagerSettings } from "./rules.ts";

/**
 * A silent member is reminded, and reminded again; after the last reminder its subtask goes to somebody else. Who waits
 * for the buyer's answer is not silent.
 */
export function watchSilence(member: SilentMember, settings: ManagerSettings, now: Instant): Decision {
  if (member.waitsForBuyer) return nothing;
  const { subtaskId, assignmentId, nudges, silentSince, nudgedAt, title } = member;
  const since = nudges > 0 && nudgedAt !== null && nudgedAt > silentSince ? nudgedAt : silentSince;
  const dueAt = addMinutes(since, settings.nudgeMinutes);
  if (dueAt > now) return { actions: [], wakeAt: dueAt };
  if (nudges >= settings.maxNudges) {
    const reason = `Not heard of since ${silentSince}, reminded ${nudges} times.`;
    return { actions: [{ kind: "drop", subtaskId, assignmentId, nudges, reason }], wakeAt: null };
  }
  const left = settings.maxNudges - nudges - 1;
  const warning =
    left > 0 ? "" : ` If I hear nothing within ${settings.nudgeMinutes} minutes, it goes to another agent.`;
  const actions: ManagerAction[] = [
    {
      kind: "say",
      threadId: subtaskId,
      messageType: "nudge",
      content: `How far is ${quote(title)}? Please post where you are, or what blocks you.${warning}`,
      cause: `nudge:${assignmentId}:${silentSince}:${nudges + 1}`,
    },
    { kind: "nudge", subtaskId, assignmentId, nudges },
  ];
  return { actions, wakeAt: null };
}
