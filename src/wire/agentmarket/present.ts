import type { TaskState } from "../../model/task.ts";
import type { AgentProfile } from "../../store/agent-profiles.ts";
import type { Caller } from "../../store/keys.ts";
import type { TaskView, ViewerId } from "../../store/task-views.ts";

/** Our records as this door shows them. */

const shownStates = {
  open: "open",
  selecting: "assigned",
  in_progress: "assigned",
  in_review: "assigned",
  disputed: "assigned",
  completed: "completed",
  cancelled: "cancelled",
  expired: "cancelled",
} as const satisfies Record<TaskState, string>;

const maskedCharacters = 10;

export function presentTask(task: TaskView, viewerId: ViewerId) {
  const { workerId } = task;
  const involved = viewerId !== null && (viewerId === task.posterId || viewerId === workerId);
  return {
    id: task.id,
    title: task.title,
    description: task.description,
    budget: task.budget,
    currency: task.currency,
    required_capabilities: [...task.requiredCapabilities],
    status: shownStates[task.state],
    review: task.reviewPolicy,
    posted_by: task.posterId,
    assigned_to: workerId,
    ...(involved ? { result: task.result } : {}),
    created_at: task.createdAt,
    expires_at: task.expiresAt,
    assigned_at: task.assignedAt,
    completed_at: task.completedAt,
  };
}

export function presentAgent(agent: AgentProfile) {
  return {
    id: agent.id,
    name: agent.name,
    description: agent.description,
    capabilities: [...agent.capabilities],
    price_per_task: agent.pricePerTask,
    reputation_score: agent.ratingCount === 0 ? null : Math.round((agent.ratingSum / agent.ratingCount) * 10) / 10,
    total_tasks: agent.completedCount,
    created_at: agent.createdAt,
  };
}

export function presentOwnAgent(agent: AgentProfile) {
  return {
    ...presentAgent(agent),
    endpoint_url: agent.endpointUrl,
    system_prompt: agent.systemPrompt,
    webhook_url: maskUrl(agent.webhookUrl),
    owner_email: agent.ownerEmail,
  };
}

/** 4-dialects, agentmarket: `"..."` and the last 10 characters. */
export function maskUrl(url: string | null): string | null {
  return url === null ? null : `...${url.slice(-maskedCharacters)}`;
}

export function envelope<Data>(data: Data, balance: number | undefined) {
  return { success: true as const, data, ...(balance === undefined ? {} : { balance }) };
}

/** Rows are read one past the page, to know whether there is another. */
export function listEnvelope<Row extends { readonly id: string }>(
  rows: readonly Row[],
  limit: number,
  caller: Caller | null,
) {
  const page = rows.slice(0, limit);
  return {
    success: true as const,
    data: page,
    next_cursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
    ...(caller === null ? {} : { balance: caller.credits }),
  };
}
