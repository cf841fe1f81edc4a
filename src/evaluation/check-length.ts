import type { EvaluationCheck } from "../model/evaluation.ts";
import { type LengthDemand, lengthDemandsOf } from "./length-demands.ts";
import type { Pieces } from "./pieces.ts";
import { check } from "./score.ts";
import { counted, countWords, quote } from "./words.ts";
import type { Brief } from "./work.ts";

/** What a page is taken to hold, where there are no pages. */
const wordsAPage = 500;

/**
 * Whether the result is as long as the brief says. A minimum counts everything that can be read together, a maximum only
 * the longest part: a covering note doesn't make a result too long.
 */
export function checkLength(brief: Brief, pieces: Pieces): EvaluationCheck[] {
  return lengthDemandsOf(brief).map((demand) => measure(demand, pieces));
}

function measure(demand: LengthDemand, { readable, closed }: Pieces): EvaluationCheck {
  // Code blocks are part of the text they stand in.
  const lengths = readable
    .filter((piece) => piece.source !== "block")
    .map((piece) => lengthOf(piece.content, demand.unit));
  const together = round(lengths.reduce((sum, length) => sum + length, 0));
  const longest = round(Math.max(0, ...lengths));
  const says = `brief says ${quote(demand.wording)}`;
  const asked = `The ${says}`;
  const cut = readable.some((piece) => piece.truncated);
  const isShort = demand.min !== null && together < demand.min;
  if (isShort && (closed.length > 0 || cut)) {
    const rest = cut ? "not all of it was read" : `${counted(closed.length, "file or link")} could not be read`;
    return check("format", "length", null, `Not made: the ${says}; ${said(together, demand)} found, but ${rest}.`);
  }
  if (isShort)
    return check("format", "length", together / (demand.min ?? 1), `${asked}; it has ${said(together, demand)}.`);
  if (demand.max !== null && longest > demand.max) {
    // Twice as long as allowed is as wrong as can be.
    const score = 1 - (longest - demand.max) / demand.max;
    return check("format", "length", score, `${asked}; it has ${said(longest, demand)}.`);
  }
  return check("format", "length", 1, `${asked}; it has ${said(demand.min === null ? longest : together, demand)}.`);
}

function lengthOf(text: string, unit: LengthDemand["unit"]): number {
  if (unit === "character") return text.trim().length;
  return unit === "word" ? countWords(text) : countWords(text) / wordsAPage;
}

function said(length: number, { unit }: LengthDemand): string {
  return unit === "page" ? `about ${counted(length, "page")} of ${wordsAPage} words` : counted(length, unit);
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}
