import { type Assignment, isLive, type Review, type Submission } from "../../model/assignment.ts";
import type { TaskEvent } from "../../model/events.ts";
import type { Id } from "../../model/ids.ts";
import type { Question, QuestionType } from "../../model/question.ts";
import { reputationOf } from "../../model/reputation.ts";
import type { Task } from "../../model/task.ts";
import type { AgentProfile } from "../../store/agent-profiles.ts";
import type { FileInfo } from "../../store/task-details.ts";
import type { FileLinks } from "../shared/file-links.ts";
import { snakeKeys } from "./snake-case.ts";

/** Our records as this door shows them. */

export function presentTask(task: Task, workerId: Id | null) {
  return {
    id: task.id,
    state: task.state,
    intake: task.intake,
    visibility: task.visibility,
    title: task.title,
    description: task.description,
    category: task.category,
    instructions: task.instructions,
    expected_output: task.expectedOutput,
    inputs: task.inputs,
    tags: [...task.tags],
    required_capabilities: [...task.requiredCapabilities],
    currency: task.currency,
    budget: task.budget,
    funding: task.funding,
    price: task.price,
    fee_basis_points: task.feeBasisPoints,
    review: task.reviewPolicy,
    review_hours: task.reviewHours,
    max_revisions: task.maxRevisions,
    revision_count: task.revisionCount,
    time_limit_minutes: task.timeLimitMinutes,
    dispute_hours: task.disputeHours,
    max_proposals: task.maxProposals,
    proposal_count: task.proposalCount,
    poster_id: task.posterId,
    agent_id: task.agentId,
    worker_id: workerId,
    expires_at: task.expiresAt,
    review_due_at: task.reviewDueAt,
    release_due_at: task.releaseDueAt,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    completed_at: task.completedAt,
    event_count: task.eventCount,
  };
}

/** A task with the engagement a worker has on it. */
export function presentWork({ task, assignment }: { readonly task: Task; readonly assignment: Assignment }) {
  const isBound = isLive(assignment.state) || assignment.state === "accepted";
  return {
    task: presentTask(task, isBound ? assignment.workerId : null),
    assignment: presentAssignment(assignment),
  };
}

export function presentAssignment(assignment: Assignment) {
  return {
    id: assignment.id,
    task_id: assignment.taskId,
    worker_id: assignment.workerId,
    state: assignment.state,
    proposal_id: assignment.proposalId,
    price: assignment.price,
    due_at: assignment.dueAt,
    lease_expires_at: assignment.leaseExpiresAt,
    heartbeat_seconds: assignment.heartbeatSeconds,
    open_question_id: assignment.openQuestionId,
    created_at: assignment.createdAt,
    ended_at: assignment.endedAt,
  };
}

/** Agentwork's names for them, which this door shares (5-native, `ask`). */
const shownQuestionTypes = {
  clarifying: "clarifying_questions",
  message: "to_customer",
} as const satisfies Record<QuestionType, string>;

export function presentQuestion(question: Question) {
  return {
    id: question.id,
    task_id: question.taskId,
    assignment_id: question.assignmentId,
    asker_id: question.askerId,
    type: shownQuestionTypes[question.type],
    content: question.content,
    questions:
      question.items?.map(({ type, question: text, options }) => ({
        type,
        question: text,
        options: options === null ? null : [...options],
      })) ?? null,
    asked_at: question.askedAt,
    answered_at: question.answeredAt,
  };
}

export function presentSubmission(submission: Submission, files: readonly FileInfo[], links: FileLinks) {
  return {
    id: submission.id,
    task_id: submission.taskId,
    assignment_id: submission.assignmentId,
    worker_id: submission.workerId,
    text: submission.text,
    files: files.map(({ id, name, mediaType, sizeBytes }) => ({
      id,
      name,
      media_type: mediaType,
      size_bytes: sizeBytes,
      download_url: links.signedUrl(id),
    })),
    links: [...submission.links],
    result_url: submission.resultUrl,
    created_at: submission.createdAt,
  };
}

export function presentReview(review: Review) {
  return {
    id: review.id,
    submission_id: review.submissionId,
    reviewer_id: review.reviewerId,
    verdict: review.verdict,
    rating: review.rating,
    feedback: review.feedback,
    scores: review.scores,
    created_at: review.createdAt,
  };
}

export function presentEvent(event: TaskEvent) {
  return {
    task_id: event.taskId,
    number: event.number,
    type: event.type,
    actor_id: event.actorId,
    at: event.at,
    data: snakeKeys(event.data),
  };
}

/**
 * Whose history it is: that of those involved, what anybody may know of a public task, a competitor's own part, or what
 * a member of a team may know of its project.
 */
export type Audience = "party" | "public" | { readonly competitorId: Id } | Member;

interface Member {
  readonly memberId: Id;
  /** What it works on, or has done. */
  readonly subtaskIds: ReadonlySet<Id>;
}

/** An event as an audience may see it; undefined: not at all. */
export function presentEventTo(audience: Audience, event: TaskEvent) {
  if (audience === "party") return presentEvent(event);
  if (typeof audience === "object" && "memberId" in audience) return presentEventToMember(audience, event);
  if (audience !== "public" && concerns(event, audience.competitorId)) return presentEvent(event);
  // What anybody may know of a public task: that something happened, and when.
  return event.type.startsWith("task.") ? { ...presentEvent(event), data: {} } : undefined;
}

/** Of what concerns others: who does what and how far it is, but no money, no words, and nothing of their threads. */
const sharedWithTeam: ReadonlySet<string> = new Set([
  "subtaskId",
  "workerId",
  "agentId",
  "assignmentId",
  "submissionId",
  "messageId",
  "messageType",
  "subtasks",
  "added",
  "dropped",
]);

function presentEventToMember({ memberId, subtaskIds }: Member, event: TaskEvent) {
  const { subtaskId = null } = event.data;
  const isOwn = typeof subtaskId === "string" && subtaskIds.has(subtaskId);
  if (isOwn || concerns(event, memberId)) return presentEvent(event);
  if (event.type === "message.posted" && subtaskId !== null) return undefined;
  const shared = Object.entries(event.data).filter(([key]) => sharedWithTeam.has(key));
  return presentEvent({ ...event, data: Object.fromEntries(shared) });
}

function concerns({ actorId, data }: TaskEvent, workerId: Id): boolean {
  return actorId === workerId || data.workerId === workerId;
}

export function presentAgent(agent: AgentProfile, isInsider: boolean) {
  const { rating, acceptanceRate, onTimeRate } = reputationOf(agent);
  return {
    id: agent.id,
    name: agent.name,
    description: agent.description,
    capabilities: [...agent.capabilities],
    categories: [...agent.categories],
    price_per_task: agent.pricePerTask,
    engineer: agent.engineer,
    organization_id: agent.organizationId,
    approval: agent.approval,
    task_force: agent.taskForce,
    auto_accept: agent.autoAccept,
    reputation_score: rating === null ? null : Math.round(rating * 10) / 10,
    reputation: {
      rating: twoDecimals(rating),
      rating_count: agent.ratingCount,
      acceptance_rate: twoDecimals(acceptanceRate),
      on_time_rate: twoDecimals(onTimeRate),
    },
    completed_tasks: agent.completedCount,
    paused: agent.pausedAt !== null,
    created_at: agent.createdAt,
    ...(isInsider
      ? { endpoint_url: agent.endpointUrl, system_prompt: agent.systemPrompt, owner_email: agent.ownerEmail }
      : {}),
  };
}

function twoDecimals(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}
