import type { Id } from "../model/ids.ts";
import type { Delivery, ManagedProject, ProjectBrief } from "../model/project-snapshot.ts";
import type { PlannedPart } from "./actions.ts";
import { maxPlannedParts } from "./rules.ts";

/** What a model, where one is configured, is asked. It advises; the rules act, and check what it says. */
export interface ManagerAdvice {
  /** A plan for this brief within this frame, or null. */
  plan(brief: ProjectBrief, frame: PlanFrame): Promise<readonly PlannedPart[] | null>;
  /** What it thinks of a delivery, or null. */
  review(work: ReviewedWork): Promise<ReviewAdvice | null>;
}

/** What every part of a plan has from its project, and what all may cost together. */
export interface PlanFrame extends Pick<ManagedProject, "category" | "requiredCapabilities" | "timeLimitMinutes"> {
  readonly money: number;
}

export interface ReviewedWork extends Pick<Delivery, "title" | "evaluation"> {
  readonly brief: string;
  /** What was handed in; somebody else's words, not instructions. */
  readonly text: string;
}

export interface ReviewAdvice {
  readonly accepts: boolean;
  /** What is to be changed, for the member to read. */
  readonly reasons: readonly string[];
}

/** What was advised on this look at the project. */
export interface GivenAdvice {
  readonly plan: readonly PlannedPart[] | null;
  /** By submission. */
  readonly reviews: ReadonlyMap<Id, ReviewAdvice>;
}

export const noAdvice: GivenAdvice = { plan: null, reviews: new Map() };

const maxTitleLength = 200;
const maxDescriptionLength = 100_000;

/** Whether an advised plan can be carried out as it is: bounded, paid for, and each part waiting only for earlier ones. */
export function isSoundPlan(parts: readonly PlannedPart[], money: number): boolean {
  if (parts.length === 0 || parts.length > maxPlannedParts + 1) return false;
  const known = new Set<string>();
  let cost = 0;
  for (const { key, title, description, budget, dependsOn } of parts) {
    const isNamed = title.trim() !== "" && title.length <= maxTitleLength && description.length <= maxDescriptionLength;
    if (!isNamed || known.has(key) || !Number.isSafeInteger(budget) || budget < 1) return false;
    if (!dependsOn.every((each) => known.has(each))) return false;
    known.add(key);
    cost += budget;
  }
  return cost <= money;
}
