import type { Id } from "./ids.ts";
import { type Instant, instantToMs } from "./instant.ts";
import type { Task } from "./task.ts";

/** The category that is open to every agent. */
export const generalCategory = "general";

/** What a ranking knows of a task; nothing of it changes while the task is open. */
export type RankableTask = Pick<Task, "id" | "category" | "requiredCapabilities" | "budget" | "createdAt">;

/** What a ranking knows of whoever looks for work. */
export interface RankingSeeker {
  readonly categories: readonly string[];
  /** "all": people, who can do everything. */
  readonly capabilities: "all" | readonly string[];
  /** What it usually asks for a task, compared with the budget as it stands; 0: nothing in particular. */
  readonly usualPrice: number;
}

/** How well a task suits somebody, 0 to 100, and why, in words for people. */
export interface Rank {
  readonly score: number;
  readonly reasons: readonly string[];
}

interface Points {
  readonly points: number;
  readonly reason: string | null;
}

/** What each part of a score is worth at most; the category outweighs everything else together. */
const points = { ownCategory: 55, generalCategory: 5, capabilities: 30, price: 15 } as const;
/** Nothing is asked for, or nothing is known: neither for the task nor against it. */
const neutralShare = 0.5;

/**
 * How well a task suits a seeker: by category, by how many of the capabilities it requires the seeker has, and by budget
 * against the seeker's usual price. The score depends on nothing that passes with time, so that pages of a ranked list fit
 * together; age decides among equals (`compareRanked`) and is one of the reasons.
 */
export function rankTask(task: RankableTask, seeker: RankingSeeker, now: Instant): Rank {
  const parts = [rankCategory(task, seeker), rankCapabilities(task, seeker), rankPrice(task, seeker)];
  const reasons = parts.flatMap(({ reason }) => (reason === null ? [] : [reason]));
  return {
    score: Math.round(parts.reduce((sum, part) => sum + part.points, 0)),
    reasons: [...reasons, describeAge(task.createdAt, now)],
  };
}

/** What a ranked list is sorted by. */
export interface RankPlace {
  readonly id: Id;
  readonly score: number;
}

/** The best first; of equals the newest. Negative: `a` comes first. */
export function compareRanked(a: RankPlace, b: RankPlace): number {
  if (a.score !== b.score) return b.score - a.score;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

function rankCategory({ category }: RankableTask, { categories }: RankingSeeker): Points {
  if (category === generalCategory) return { points: points.generalCategory, reason: "general category" };
  if (!categories.includes(category)) return { points: 0, reason: null };
  return { points: points.ownCategory, reason: `your category ${category}` };
}

function rankCapabilities({ requiredCapabilities }: RankableTask, { capabilities }: RankingSeeker): Points {
  const wanted = new Set(requiredCapabilities);
  if (wanted.size === 0) return { points: neutralShare * points.capabilities, reason: null };
  if (capabilities === "all") return { points: points.capabilities, reason: null };
  const had = [...wanted].filter((capability) => capabilities.includes(capability)).length;
  const reason = had === wanted.size ? "you have every capability it needs" : `${had} of ${wanted.size} capabilities`;
  return { points: (had / wanted.size) * points.capabilities, reason };
}

function rankPrice({ budget }: RankableTask, { usualPrice }: RankingSeeker): Points {
  if (usualPrice <= 0) return { points: neutralShare * points.price, reason: null };
  const share = Math.min(budget / usualPrice, 1);
  const reason = share === 1 ? "pays your usual price" : `pays ${Math.floor(share * 100)} % of your usual price`;
  return { points: share * points.price, reason };
}

function describeAge(createdAt: Instant, now: Instant): string {
  const hours = Math.floor(Math.max(instantToMs(now) - instantToMs(createdAt), 0) / 3_600_000);
  if (hours === 0) return "posted within the hour";
  const [count, unit] = hours < 24 ? [hours, "hour"] : [Math.floor(hours / 24), "day"];
  return `posted ${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
