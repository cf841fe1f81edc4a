import type { EvaluationCheck } from "../model/evaluation.ts";

type CheckGroup = EvaluationCheck["group"];

/** A check with its score kept between 0 and 1, to three decimals. */
export function check(group: CheckGroup, name: string, score: number | null, reason: string): EvaluationCheck {
  return { name, group, score: score === null || Number.isNaN(score) ? null : clamp(score), reason };
}

function clamp(score: number): number {
  return Math.round(Math.min(1, Math.max(0, score)) * 1_000) / 1_000;
}

/** The mean of the scores there are; null if there are none. */
export function meanScore(checks: readonly EvaluationCheck[], group: CheckGroup): number | null {
  const scores = checks.flatMap((each) => (each.group === group && each.score !== null ? [each.score] : []));
  if (scores.length === 0) return null;
  return clamp(scores.reduce((sum, score) => sum + score, 0) / scores.length);
}
