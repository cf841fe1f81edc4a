import type { Evaluation, EvaluationCheck } from "../model/evaluation.ts";
import { checkInputs, checkOwnWords, checkTerms } from "./check-coherence.ts";
import { checkCounts } from "./check-counts.ts";
import { checkFormats } from "./check-format.ts";
import { checkLength } from "./check-length.ts";
import { checkLinks, checkOpenedLinks } from "./check-links.ts";
import { checkPresence } from "./check-presence.ts";
import { takeApart } from "./pieces.ts";
import { meanScore } from "./score.ts";
import type { Brief, Delivery } from "./work.ts";

export type Findings = Pick<Evaluation, "formatScore" | "coherenceScore" | "checks">;

/** Looks at a delivery in every way that needs no model. Checks that have nothing to look at are left out. */
export function evaluate(brief: Brief, delivery: Delivery): EvaluationCheck[] {
  const pieces = takeApart(delivery);
  return [
    checkPresence(delivery),
    ...checkLength(brief, pieces),
    ...checkLinks(delivery),
    ...checkOpenedLinks(delivery),
    ...checkFormats(brief, pieces),
    ...checkCounts(brief, delivery, pieces),
    checkTerms(brief, pieces),
    ...checkOwnWords(brief, pieces),
    ...checkInputs(brief, pieces),
  ];
}

/** The checks with their means. */
export function summarize(checks: readonly EvaluationCheck[]): Findings {
  return { formatScore: meanScore(checks, "format"), coherenceScore: meanScore(checks, "coherence"), checks };
}
