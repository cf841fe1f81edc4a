import type { ManagedProject, ProjectBrief } from "../model/project-snapshot.ts";
import type { PlannedPart } from "./actions.ts";
import { type BriefPart, partsOfBrief } from "./brief-structure.ts";
import { maxPlannedParts, reservePercent } from "./rules.ts";

type Frame = Pick<ManagedProject, "category" | "requiredCapabilities" | "timeLimitMinutes" | "uncarved">;

const maxDescriptionLength = 20_000;
const wordsPerWeight = 50;
const [leastWeight, mostWeight] = [2, 5];

/**
 * A plan made from the brief's own structure: one subtask for each part it names, and a last one that puts them together
 * and waits for all. A brief that names none, or a budget too small for its parts, is one subtask.
 */
export function planByRules(brief: ProjectBrief, frame: Frame): PlannedPart[] {
  const money = planningMoney(frame.uncarved);
  const parts = gathered(partsOfBrief([brief.description, brief.instructions ?? ""].join("\n\n")));
  if (parts.length === 0 || money < parts.length + 1) return [whole(brief, frame, money)];
  const budgets = shares(money, [...parts.map(weightOf), leastWeight]);
  const planned = parts.map((part, index) => ({
    ...common(frame),
    key: keyOf(index + 1),
    title: part.title,
    description: `${part.text.slice(0, maxDescriptionLength)}\n\nThis is one part of the project "${brief.title}".`,
    budget: budgets[index] ?? 1,
    dependsOn: part.needs.map(keyOf),
  }));
  return [
    ...planned,
    {
      ...common(frame),
      key: "whole",
      title: "Assemble and check",
      description: assembleBrief(brief),
      budget: budgets.at(-1) ?? 1,
      dependsOn: planned.map(({ key }) => key),
    },
  ];
}

/** What of the money a plan may use; a little is kept for rework. */
export function planningMoney(uncarved: number): number {
  return uncarved - Math.floor((uncarved * reservePercent) / 100);
}

function common({ category, requiredCapabilities, timeLimitMinutes }: Frame) {
  return { category, requiredCapabilities, timeLimitMinutes };
}

function whole(brief: ProjectBrief, frame: Frame, money: number): PlannedPart {
  const texts = [brief.description, brief.instructions, brief.expectedOutput];
  const description = texts.filter((text) => text !== null && text.trim() !== "").join("\n\n");
  return {
    ...common(frame),
    key: "whole",
    title: brief.title,
    description: description.slice(0, maxDescriptionLength),
    budget: money,
    dependsOn: [],
  };
}

function assembleBrief({ title, expectedOutput }: ProjectBrief): string {
  const wanted = expectedOutput === null || expectedOutput.trim() === "" ? "" : `\n\nExpected:\n${expectedOutput}`;
  return `Put the outputs of all parts of "${title}" together into one result, and check it against the project's brief: nothing missing, nothing twice, no contradictions.${wanted}`;
}

/** At most so many parts; what is left over joins the last. */
function gathered(parts: readonly BriefPart[]): readonly BriefPart[] {
  if (parts.length <= maxPlannedParts) return parts;
  const rest = parts.slice(maxPlannedParts - 1);
  const last = { title: "Everything else", text: rest.map(({ text }) => `- ${text}`).join("\n"), needs: [] };
  return [...parts.slice(0, maxPlannedParts - 1), last];
}

function keyOf(number: number): string {
  return `part-${number}`;
}

/** The more a brief says of a part, the more of the budget it gets: 2, and 1 more for each 50 words, up to 5. */
function weightOf({ text }: BriefPart): number {
  const words = text.split(/\s+/).filter((word) => word !== "").length;
  return Math.min(mostWeight, leastWeight + Math.floor(words / wordsPerWeight));
}

/** Splits money by weights to the last unit, each at least 1; what rounding leaves goes to the first. */
export function shares(money: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const free = money - weights.length;
  const parts = weights.map((weight) => 1 + Math.floor((free * weight) / total));
  const rest = money - parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part, index) => (index < rest ? part + 1 : part));
}
