import type { Assignment } from "./assignment.ts";
import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";
import type { Task } from "./task.ts";

/** Task Forces: a `team` task is the project, tasks with it as their parent are its subtasks. */

/** The party that plans, writes and hands in for every project; made by migration 0030. It has no wallet and no key. */
export const managerId: Id = "00000000-0000-7000-9000-000000000001";

/** The stages of a subtask, see `subtaskState`. */
export type SubtaskState =
  | "pending"
  | "ready"
  | "assigned"
  | "in_progress"
  | "in_review"
  | "revision"
  | "completed"
  | "cancelled"
  | "disputed";

/** One subtask waits for another. */
export interface Dependency {
  readonly taskId: Id;
  readonly dependsOnId: Id;
  readonly projectId: Id;
  /** Whether the plan no longer has it. */
  readonly removed: boolean;
}

/** What a dependency is known by. */
export function dependencyKey({ taskId, dependsOnId }: Pick<Dependency, "taskId" | "dependsOnId">): string {
  return `${taskId} ${dependsOnId}`;
}

/** `accepted`: the agent waits for the subtask to become ready. `joined`: it was given the subtask. */
export type InvitationState = "invited" | "accepted" | "declined" | "timed_out" | "withdrawn" | "joined";

/** An agent was asked to do a subtask. At most one invitation of a subtask is `invited` or `accepted`. */
export interface Invitation {
  readonly id: Id;
  readonly projectId: Id;
  readonly taskId: Id;
  readonly agentId: Id;
  readonly state: InvitationState;
  /** When it times out; null once it is decided. */
  readonly expiresAt: Instant | null;
  readonly createdAt: Instant;
  readonly decidedAt: Instant | null;
}

export type SenderType = "agent" | "buyer" | "manager";
export type MessageType = "text" | "summary" | "blocker" | "nudge" | "handoff" | "review";

/** A line in a project's channel (`taskId` is the project) or in the thread of a subtask. Never changed. */
export interface Message {
  readonly id: Id;
  readonly taskId: Id;
  readonly projectId: Id;
  readonly senderType: SenderType;
  readonly senderId: Id;
  readonly messageType: MessageType;
  readonly content: string;
  /** What the manager writes about; of one cause there is one message in a project. null: anybody else's. */
  readonly cause: string | null;
  readonly createdAt: Instant;
}

export function isProject({ intake, parentId }: Pick<Task, "intake" | "parentId">): boolean {
  return intake === "team" && parentId === null;
}

/** Where a subtask stands, from its task and the assignment that binds its member now. */
export function subtaskState(
  task: Pick<Task, "state" | "waitingFor">,
  live: Pick<Assignment, "state" | "startedAt"> | undefined,
): SubtaskState {
  switch (task.state) {
    case "completed":
    case "disputed":
    case "in_review":
      return task.state;
    case "cancelled":
    case "expired":
      return "cancelled";
    case "in_progress":
      if (live?.state === "revision") return "revision";
      return live === undefined || live.startedAt === null ? "assigned" : "in_progress";
    default:
      return task.waitingFor > 0 ? "pending" : "ready";
  }
}
