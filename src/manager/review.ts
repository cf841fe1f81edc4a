import type { EvaluationCheck } from "../model/evaluation.ts";
import type { Delivery } from "../model/project-snapshot.ts";
import { type ManagerAction, quote } from "./actions.ts";
import type { ReviewAdvice } from "./advice.ts";
import { defaultMaxRevisions, hardChecks, minCoherenceScore, minFormatScore } from "./rules.ts";

const maxReasons = 10;
const maxReasonLength = 500;

/**
 * A delivery is accepted when its scores are good enough and no hard check scores 0; else
 * it goes back with the reasons, and after the last revision the buyer is asked. Advice replaces the scores, not the hard
 * checks. What the checks could not judge goes to the buyer too.
 */
export function review(delivery: Delivery, advice: ReviewAdvice | undefined): ManagerAction[] {
  const { subtaskId, submissionId, title, evaluation } = delivery;
  const { state, formatScore, coherenceScore, checks } = evaluation;
  const isJudged = state === "finished" && (formatScore !== null || coherenceScore !== null);
  if (!isJudged && advice === undefined) {
    return [askBuyer(delivery, "the platform's checks could not judge it")];
  }
  const failing = checks.filter(isHardFailure);
  const goodEnough =
    advice?.accepts ?? ((formatScore ?? 1) >= minFormatScore && (coherenceScore ?? 1) >= minCoherenceScore);
  if (failing.length === 0 && goodEnough) return [{ kind: "accept", subtaskId, submissionId }];
  const max = delivery.maxRevisions ?? defaultMaxRevisions;
  if (delivery.revisionCount >= max) {
    return [askBuyer(delivery, `it is not what was asked for after ${max} ${max === 1 ? "revision" : "revisions"}`)];
  }
  const reasons = reasonsOf(delivery, advice);
  return [{ kind: "revise", subtaskId, submissionId, reason: `${quote(title)} needs changes:\n${reasons}` }];
}

function isHardFailure({ name, score }: EvaluationCheck): boolean {
  return hardChecks.has(name) && score === 0;
}

/** The reasons of what failed, the worst first. */
function reasonsOf({ evaluation }: Delivery, advice: ReviewAdvice | undefined): string {
  const failed = evaluation.checks
    .filter(({ group, score }) => score !== null && score < (group === "format" ? minFormatScore : minCoherenceScore))
    .sort((a, b) => (a.score ?? 0) - (b.score ?? 0))
    .map(({ reason }) => reason);
  // A mean below its threshold has a check below it; with advice the checks may all be fine.
  const reasons = [...(advice?.reasons ?? []), ...failed].slice(0, maxReasons);
  if (reasons.length === 0) return "- It does not answer the brief well enough.";
  return reasons
    .map((reason) => `- ${reason.replace(/\s+/g, " ").slice(0, maxReasonLength).toWellFormed()}`)
    .join("\n");
}

function askBuyer({ submissionId, title }: Delivery, why: string): ManagerAction {
  return {
    kind: "say",
    threadId: null,
    messageType: "blocker",
    content: `Please review the delivery of ${quote(title)} yourself: ${why}. Until you do, I wait; when its time for review is over it counts as accepted.`,
    cause: `review:${submissionId}`,
  };
}
