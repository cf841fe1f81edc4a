import type { Brief } from "./work.ts";

/** What is asked for stands near a brief's beginning; a long appendix is not searched for wishes. */
const maxSearched = 20_000;

/** The parts of a brief that may say what the result must be like, the most telling first. */
export function tellingParts(brief: Brief): string[] {
  const parts = [brief.expectedOutput, brief.instructions, brief.description, brief.title];
  return parts.filter((part) => part !== null && part.trim() !== "").map((part) => part?.slice(0, maxSearched) ?? "");
}

/** A number as people write it: `1,500` or `1500`. */
export const numberPattern = String.raw`(?<![\d.,])(\d{1,3}(?:,\d{3}){1,2}|\d{1,7})`;

export function readNumber(text: string | undefined): number {
  return Number((text ?? "").replaceAll(",", ""));
}
