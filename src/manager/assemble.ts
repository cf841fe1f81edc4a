import { addHours, type Instant } from "../model/instant.ts";
import type { ManagedProject, Part, ProjectSnapshot } from "../model/project-snapshot.ts";
import { type Decision, type ManagerAction, nothing } from "./actions.ts";

/** Whether every part is there and the whole is to be handed in. */
export function isComplete({ project, progress }: ProjectSnapshot, now: Instant): boolean {
  if (project.state !== "in_progress" || project.waitingFor > 0 || progress.completed === 0) return false;
  const { rework } = project;
  return rework === null || rework.hasNewPart || now >= reworkEndsAt(project, rework.askedAt);
}

/**
 * After the buyer has asked for a revision of the whole: one more subtask, paid from what the plan has not used, which
 * waits for all that is there. Without money the buyer is told; after a review's time the whole is handed in again.
 */
export function planRework(project: ManagedProject, now: Instant): Decision {
  const { rework } = project;
  if (project.state !== "in_progress" || project.waitingFor > 0 || rework === null || rework.hasNewPart) return nothing;
  if (now >= reworkEndsAt(project, rework.askedAt)) return nothing;
  if (project.uncarved > 0) return { actions: [addRework(project, rework)], wakeAt: null };
  const say: ManagerAction = {
    kind: "say",
    threadId: null,
    messageType: "blocker",
    content: `No money is left in the budget to pay for this revision. You can drop or change what nobody has begun, or cancel; if nothing changes, I hand in what there is again after ${project.reviewHours} hours.`,
    cause: `rework:${project.revisionCount}`,
  };
  return { actions: [say], wakeAt: reworkEndsAt(project, rework.askedAt) };
}

function reworkEndsAt({ reviewHours }: ManagedProject, askedAt: Instant): Instant {
  return addHours(askedAt, reviewHours);
}

function addRework(project: ManagedProject, { reason, sinks }: NonNullable<ManagedProject["rework"]>): ManagerAction {
  const left = project.maxRevisions === null ? 2 : Math.max(1, project.maxRevisions - project.revisionCount + 1);
  const wish = reason === null || reason.trim() === "" ? "" : `\n\nThe buyer says:\n${reason}`;
  return {
    kind: "plan",
    add: [
      {
        key: "rework",
        title: `Revision ${project.revisionCount}`,
        description: `The buyer wants changes to the finished project. Change what is asked for and deliver the changed result.${wish}`,
        category: project.category,
        requiredCapabilities: project.requiredCapabilities,
        // An equal share of what is left for each revision that may still come.
        budget: Math.max(1, Math.floor(project.uncarved / left)),
        timeLimitMinutes: project.timeLimitMinutes,
        dependsOn: sinks,
      },
    ],
  };
}

/** The whole, from its parts: a heading, the text and the links of each, and all files. */
export function assemble(title: string, parts: readonly Part[]): ManagerAction {
  const links = [...new Set(parts.flatMap((part) => part.links))];
  const fileIds = [...new Set(parts.flatMap((part) => part.fileIds))];
  const text = [`# ${title}`, ...parts.map(sectionOf)].join("\n\n");
  return { kind: "assemble", text, fileIds, links };
}

function sectionOf({ title, text, links, subtaskId, isCut }: Part): string {
  const body = text.trim() === "" ? "(See its files and links.)" : text.toWellFormed();
  const rest = isCut ? [`(Cut here. The whole is in the delivery of subtask ${subtaskId}.)`] : [];
  const shown = links.map((link) => `- ${link}`).join("\n");
  return [`## ${title}`, body, ...rest, ...(shown === "" ? [] : [shown])].join("\n\n");
}
