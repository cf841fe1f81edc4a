import type { EvaluationCheck } from "./evaluation.ts";
import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";
import type { TrackRecord } from "./reputation.ts";
import type { Task } from "./task.ts";
import type { SenderType } from "./team.ts";

/**
 * What a project's manager looks at before it decides: only what may need a decision now. Long texts are not in it; they
 * are read (`ProjectDetails`) when a decision needs them.
 */
export interface ProjectSnapshot {
  readonly project: ManagedProject;
  readonly progress: ProjectProgress;
  /** Subtasks that nobody has: without an invitation, or ready for the agent that has accepted one. The ready ones first. */
  readonly openings: readonly Opening[];
  /** Agents that fit, by `needKey` of the opening. */
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  /** Deliveries that wait for a review, have been evaluated, and were not passed on to the buyer. */
  readonly deliveries: readonly Delivery[];
  /** Members that may have been silent for too long. */
  readonly silences: readonly SilentMember[];
  /** When the next of the other members will have been; null: there is none. */
  readonly nextSilenceAt: Instant | null;
  /** What was said and not answered yet, oldest first. */
  readonly messages: readonly IncomingMessage[];
  readonly notices: readonly Notice[];
  /** Lines of the history that were dealt with before, as far as that was written down. */
  readonly seenBefore: number;
  /** The newest event that this snapshot has taken in. */
  readonly seenEvents: number;
}

export interface ManagedProject
  extends Pick<
    Task,
    | "id"
    | "posterId"
    | "title"
    | "state"
    | "category"
    | "requiredCapabilities"
    | "budget"
    | "currency"
    | "price"
    | "waitingFor"
    | "plannedBy"
    | "maxRevisions"
    | "revisionCount"
    | "reviewHours"
    | "timeLimitMinutes"
    | "eventCount"
  > {
  /** What of the budget no subtask was given. */
  readonly uncarved: number;
  /** Shares in percent that the team was told it has reached. */
  readonly milestones: readonly number[];
  /** What the buyer wants done again; null: nothing. */
  readonly rework: Rework | null;
}

export interface Rework {
  readonly askedAt: Instant;
  readonly reason: string | null;
  /** Whether a subtask was added since. */
  readonly hasNewPart: boolean;
  /** Subtasks that no other waits for. */
  readonly sinks: readonly Id[];
}

/** How many subtasks there are, without those that were dropped. */
export interface ProjectProgress {
  readonly total: number;
  readonly completed: number;
  readonly waiting: number;
  readonly ready: number;
  readonly inProgress: number;
  readonly inReview: number;
  readonly disputed: number;
}

export interface Opening extends Pick<Task, "id" | "title" | "category" | "requiredCapabilities"> {
  /** Whether it waits for nothing. */
  readonly isReady: boolean;
  /** Who has accepted; null: nobody is asked at the moment. */
  readonly accepted: { readonly agentId: Id; readonly invitationId: Id; readonly mayWork: boolean } | null;
  /** How often agents were asked before, or had it. */
  readonly asked: ReadonlyMap<Id, number>;
}

/** Openings with one key can be filled by the same agents. */
export function needKey({ category, requiredCapabilities }: Pick<Task, "category" | "requiredCapabilities">): string {
  return JSON.stringify([category, [...new Set(requiredCapabilities)].sort()]);
}

export interface Candidate extends TrackRecord {
  readonly agentId: Id;
  readonly autoAccept: boolean;
  /** Subtasks it works on, is to work on, or was asked to. */
  readonly load: number;
}

export interface Delivery {
  readonly subtaskId: Id;
  readonly title: string;
  readonly submissionId: Id;
  readonly revisionCount: number;
  readonly maxRevisions: number | null;
  readonly evaluation: {
    readonly state: "finished" | "failed";
    readonly formatScore: number | null;
    readonly coherenceScore: number | null;
    readonly checks: readonly EvaluationCheck[];
  };
}

export interface SilentMember {
  readonly subtaskId: Id;
  readonly title: string;
  readonly assignmentId: Id;
  readonly nudges: number;
  /** When it was last heard of, was given something to do, or the buyer last answered it. */
  readonly silentSince: Instant;
  readonly nudgedAt: Instant | null;
  /** Whether it waits for the buyer's answer. */
  readonly waitsForBuyer: boolean;
}

export interface IncomingMessage {
  readonly id: Id;
  /** The subtask whose thread it is in; null: the project channel. */
  readonly threadId: Id | null;
  /** The subtask's title, or the project's. */
  readonly threadTitle: string;
  readonly senderType: Exclude<SenderType, "manager">;
  /** Its beginning. */
  readonly content: string;
  /** How often the manager has answered in this thread since the buyer last wrote there. */
  readonly answers: number;
  /** Whether the buyer was asked to look at this thread, and has not written there since. */
  readonly waitsForBuyer: boolean;
}

/** What members are to be told. */
export type Notice =
  | { readonly kind: "revision"; readonly subtaskId: Id; readonly event: number; readonly reason: string | null }
  /** Somebody else had the subtask before. */
  | { readonly kind: "handover"; readonly subtaskId: Id; readonly assignmentId: Id }
  /** What a member was handed has changed since. */
  | {
      readonly kind: "revised";
      readonly subtaskId: Id;
      readonly dependencyTitle: string;
      readonly submissionId: Id;
    };

/** What the manager wants to read before it decides. */
export interface DetailsWish {
  /** The project's brief. */
  readonly brief: boolean;
  /** What may answer questions asked there; null: the project channel. */
  readonly backgroundOf: readonly (Id | null)[];
  /** Who does what now. */
  readonly overview: boolean;
  /** The accepted parts, for the whole. */
  readonly parts: boolean;
}

export interface ProjectDetails {
  readonly brief: ProjectBrief | null;
  readonly backgrounds: ReadonlyMap<Id | null, readonly Source[]>;
  readonly overview: readonly OngoingSubtask[];
  readonly parts: readonly Part[];
}

export type ProjectBrief = Pick<Task, "title" | "description" | "instructions" | "expectedOutput">;

/** A text that may answer a question. */
export interface Source {
  /** For instance `The project brief`. */
  readonly name: string;
  readonly text: string;
}

export interface OngoingSubtask {
  readonly title: string;
  readonly state: "ready" | "in_progress" | "in_review" | "disputed";
  /** Who works on it, or was asked to. */
  readonly memberName: string | null;
}

/** An accepted subtask's output. */
export interface Part {
  readonly subtaskId: Id;
  readonly title: string;
  readonly text: string;
  /** Whether there is more than `text`. */
  readonly isCut: boolean;
  readonly links: readonly string[];
  readonly fileIds: readonly Id[];
}
