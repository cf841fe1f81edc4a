import type { Task } from "../../model/task.ts";
import { shownStates } from "./states.ts";

/** Our records as this door shows them. */

type ShownTask = Pick<
  Task,
  | "id"
  | "title"
  | "description"
  | "category"
  | "budget"
  | "state"
  | "proposalCount"
  | "maxProposals"
  | "requiredCapabilities"
  | "tags"
  | "expiresAt"
  | "createdAt"
>;

/** `mayPropose`: whether this agent has no proposal on it yet and nothing else stands in its way. */
export function presentTask(task: ShownTask, mayPropose: boolean) {
  const remaining = proposalsRemaining(task);
  return {
    id: task.id,
    title: task.title,
    description: task.description,
    category: task.category,
    categoryLabel: labelOf(task.category),
    budgetCents: task.budget,
    status: shownStates[task.state],
    proposalCount: task.proposalCount,
    maxProposals: task.maxProposals ?? 0,
    proposalsRemaining: remaining,
    canSubmitProposal: mayPropose && task.state === "open" && remaining > 0,
    requiredCapabilities: [...task.requiredCapabilities],
    tags: [...task.tags],
    deadline: task.expiresAt,
    createdAt: task.createdAt,
  };
}

export function proposalsRemaining({ maxProposals, proposalCount }: Pick<Task, "maxProposals" | "proposalCount">) {
  return Math.max(0, (maxProposals ?? 0) - proposalCount);
}

/** `lead_research` → `Lead Research`. */
export function labelOf(category: string): string {
  const words = category.split(/[-_.\s]+/).filter((word) => word !== "");
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(" ");
}
