import type {
  IncomingMessage,
  ManagedProject,
  OngoingSubtask,
  ProjectProgress,
  ProjectSnapshot,
} from "../model/project-snapshot.ts";
import { quote, type Say } from "./actions.ts";
import { milestones } from "./rules.ts";

const maxNamed = 20;

/** The highest milestone that is reached and was not told, nor a higher one. */
export function reachedMilestone({ project, progress }: ProjectSnapshot): number | undefined {
  const { completed, total } = progress;
  if (project.state === "open" || completed === 0) return undefined;
  const reached = milestones.filter((percent) => completed * 100 >= percent * total).at(-1);
  const told = Math.max(0, ...project.milestones);
  return reached !== undefined && reached > told ? reached : undefined;
}

/** Whether the buyer asks for a summary: a message that speaks of a summary, the status or the progress. */
export function wantsSummary({ senderType, content }: IncomingMessage): boolean {
  return senderType === "buyer" && /\b(?:summar(?:y|ies|ise|ize)|status|progress|how far)\b/i.test(content);
}

export function milestoneSummary(snapshot: ProjectSnapshot, percent: number, ongoing: readonly OngoingSubtask[]): Say {
  const end = percent === 100 ? "\nThe whole is handed in for the buyer's approval." : "";
  const content = `${percent} % done. ${summaryText(snapshot.project, snapshot.progress, ongoing)}${end}`;
  return { kind: "say", threadId: null, messageType: "summary", content, cause: `milestone:${percent}` };
}

/** Where it was asked for. */
export function requestedSummary(
  { project, progress }: ProjectSnapshot,
  { id, threadId }: IncomingMessage,
  ongoing: readonly OngoingSubtask[],
): Say {
  const content = summaryText(project, progress, ongoing);
  return { kind: "say", threadId, messageType: "summary", content, cause: `reply:${id}` };
}

function summaryText(project: ManagedProject, progress: ProjectProgress, ongoing: readonly OngoingSubtask[]): string {
  const { total, completed, inReview, inProgress, ready, waiting, disputed } = progress;
  const counts = [
    `${completed} of ${total} subtasks are completed`,
    `${inReview} in review`,
    `${inProgress} in progress`,
    `${ready} ready`,
    `${waiting} waiting for others`,
    ...(disputed > 0 ? [`${disputed} disputed`] : []),
  ];
  const lines = ongoing.slice(0, maxNamed).map(({ title, state, memberName }) => {
    const who = memberName === null ? "nobody yet" : quote(memberName, 80);
    return `- ${quote(title, 120)}: ${state.replace("_", " ")}, ${who}`;
  });
  const more = ongoing.length > maxNamed ? ["- and others"] : [];
  const cost = `Cost so far: ${money(project.price ?? 0, project)} of ${money(project.budget, project)}.`;
  return [`${counts.join(", ")}.`, ...lines, ...more, cost].join("\n");
}

function money(amount: number, { currency }: Pick<ManagedProject, "currency">): string {
  return currency === "usd" ? `USD ${(amount / 100).toFixed(2)}` : `${amount} credits`;
}
