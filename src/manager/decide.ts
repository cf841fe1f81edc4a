import type { Instant } from "../model/instant.ts";
import type { DetailsWish, ProjectDetails, ProjectSnapshot } from "../model/project-snapshot.ts";
import type { Decision, ManagerAction } from "./actions.ts";
import { type GivenAdvice, isSoundPlan } from "./advice.ts";
import { assemble, isComplete, planRework } from "./assemble.ts";
import { answerBlocker, mayAnswer } from "./blockers.ts";
import { planByRules } from "./plan.ts";
import { review } from "./review.ts";
import type { ManagerSettings } from "./rules.ts";
import { watchSilence } from "./silence.ts";
import { staff } from "./staff.ts";
import { milestoneSummary, reachedMilestone, requestedSummary, wantsSummary } from "./summarize.ts";
import { tellMember } from "./tell-members.ts";

/** What must be read before `decide` can: nothing long is read for what needs no decision now. */
export function wishDetails(snapshot: ProjectSnapshot, now: Instant): DetailsWish {
  const { messages } = snapshot;
  return {
    brief: needsPlan(snapshot),
    backgroundOf: [...new Set(messages.filter(mayAnswer).map(({ threadId }) => threadId))],
    overview: reachedMilestone(snapshot) !== undefined || messages.some(wantsSummary),
    parts: isComplete(snapshot, now),
  };
}

/**
 * What the manager does about a project now, in this order, and when it looks again. Pure: it decides by states, so that
 * deciding again after a crash, or beside another manager, comes to the same.
 */
export function decide(
  snapshot: ProjectSnapshot,
  details: ProjectDetails,
  advice: GivenAdvice,
  settings: ManagerSettings,
  now: Instant,
): Decision {
  const { project } = snapshot;
  if (project.state === "open") {
    return { actions: [...plan(snapshot, details, advice), ...speak(snapshot, details)], wakeAt: null };
  }
  if (project.state !== "in_progress" && project.state !== "in_review") return { actions: [], wakeAt: null };
  const rest = joined([
    staff(snapshot, settings, now),
    planRework(project, now),
    ...snapshot.silences.map((member) => watchSilence(member, settings, now)),
  ]);
  const actions: ManagerAction[] = [
    ...(isComplete(snapshot, now) && details.parts.length > 0 ? [assemble(project.title, details.parts)] : []),
    ...snapshot.deliveries.flatMap((delivery) => review(delivery, advice.reviews.get(delivery.submissionId))),
    ...rest.actions,
    ...speak(snapshot, details),
  ];
  return { actions, wakeAt: earliest([rest.wakeAt, snapshot.nextSilenceAt]) };
}

function needsPlan({ project, progress }: ProjectSnapshot): boolean {
  return project.state === "open" && project.plannedBy === "manager" && progress.total === 0;
}

/** A plan that was asked for is made, and the work begins; a plan of the buyer's own is the buyer's to start. */
function plan(snapshot: ProjectSnapshot, { brief }: ProjectDetails, advice: GivenAdvice): ManagerAction[] {
  const { project, progress } = snapshot;
  if (project.plannedBy !== "manager") return [];
  if (progress.total > 0) return [{ kind: "start" }];
  if (brief === null) return [];
  const advised = advice.plan !== null && isSoundPlan(advice.plan, project.uncarved) ? advice.plan : undefined;
  return [{ kind: "plan", add: advised ?? planByRules(brief, project) }];
}

function speak(snapshot: ProjectSnapshot, { backgrounds, overview }: ProjectDetails): ManagerAction[] {
  const reached = reachedMilestone(snapshot);
  return [
    ...snapshot.notices.map(tellMember),
    ...snapshot.messages.flatMap((message) =>
      wantsSummary(message)
        ? [requestedSummary(snapshot, message, overview)]
        : answerBlocker(message, backgrounds.get(message.threadId) ?? []),
    ),
    ...(reached === undefined ? [] : [milestoneSummary(snapshot, reached, overview)]),
  ];
}

function joined(decisions: readonly Decision[]): Decision {
  return {
    actions: decisions.flatMap(({ actions }) => actions),
    wakeAt: earliest(decisions.map(({ wakeAt }) => wakeAt)),
  };
}

function earliest(instants: readonly (Instant | null)[]): Instant | null {
  return instants.reduce<Instant | null>(
    (first, each) => (first === null || (each !== null && each < first) ? each : first),
    null,
  );
}
