import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Task } from "../model/task.ts";
import type { MessageType } from "../model/team.ts";

/** A subtask as the manager plans it. `dependsOn` are keys of the same plan, or ids of subtasks that are there. */
export interface PlannedPart
  extends Pick<Task, "title" | "description" | "category" | "requiredCapabilities" | "budget" | "timeLimitMinutes"> {
  readonly key: string;
  readonly dependsOn: readonly string[];
}

/** Something the manager says. `threadId` null: in the project channel. Of one `cause` it speaks once. */
export interface Say {
  readonly kind: "say";
  readonly threadId: Id | null;
  readonly messageType: MessageType;
  readonly content: string;
  readonly cause: string;
}

/** What the manager does. Each becomes one command, which decides again under lock. */
export type ManagerAction =
  | { readonly kind: "plan"; readonly add: readonly PlannedPart[] }
  | { readonly kind: "start" }
  | { readonly kind: "invite"; readonly subtaskId: Id; readonly agentId: Id; readonly autoAccepts: boolean }
  | { readonly kind: "withdraw"; readonly subtaskId: Id; readonly invitationId: Id }
  | { readonly kind: "assign"; readonly subtaskId: Id; readonly agentId: Id }
  | { readonly kind: "accept"; readonly subtaskId: Id; readonly submissionId: Id }
  | { readonly kind: "revise"; readonly subtaskId: Id; readonly submissionId: Id; readonly reason: string }
  | { readonly kind: "nudge"; readonly subtaskId: Id; readonly assignmentId: Id; readonly nudges: number }
  | {
      readonly kind: "drop";
      readonly subtaskId: Id;
      readonly assignmentId: Id;
      readonly nudges: number;
      readonly reason: string;
    }
  | {
      readonly kind: "assemble";
      readonly text: string;
      readonly fileIds: readonly Id[];
      readonly links: readonly string[];
    }
  | Say;

/** What one rule wants: things done now, and another look at a certain time. */
export interface Decision {
  readonly actions: readonly ManagerAction[];
  /** null: when something happens. */
  readonly wakeAt: Instant | null;
}

export const nothing: Decision = { actions: [], wakeAt: null };

/** Somebody's words within a message of the manager's: on one line, cut, in quotation marks. */
export function quote(text: string, maxLength = 300): string {
  const line = text.replace(/\s+/g, " ").trim().replaceAll('"', "'");
  const cut = line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).toWellFormed()}…`;
  return `"${cut}"`;
}
