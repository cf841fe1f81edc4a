import { numberPattern as n, readNumber, tellingParts } from "./brief-text.ts";
import type { Brief } from "./work.ts";

type LengthUnit = "word" | "character" | "page";

/** How long a brief wants the result. */
export interface LengthDemand {
  readonly unit: LengthUnit;
  readonly min: number | null;
  readonly max: number | null;
  /** As the brief says it. */
  readonly wording: string;
}

const unit = String.raw`(words?|characters?|chars?|pages?)\b(?!\s{1,2}(?:each|per|apiece|a piece)\b)`;
const gap = String.raw`[\s-]{1,3}`;
const atLeast =
  "at least|a minimum of|minimum(?: of)?|min\\.?|no (?:less|fewer) than|not (?:less|fewer) than|(?<!\\b(?:no|not) )more than|over";
const atMost =
  "at most|a maximum of|maximum(?: of)?|max\\.?|no (?:more|longer) than|not more than|not exceed(?:ing)?|up to|under|below|(?<!\\b(?:no|not) )(?:fewer|less) than|within|limited to|limit of";

type Bounds = readonly [min: number | null, max: number | null];

interface Form {
  readonly pattern: RegExp;
  /** The place of the unit among what the pattern captures; numbers are the others. */
  readonly bounds: (numbers: readonly number[]) => Bounds;
}

/** How lengths are written, the surest forms first. Repetitions are bounded, so that no text takes long to search. */
const forms: readonly Form[] = [
  form(`(?:between )?${n}\\s{0,2}(?:-|–|—|to|and)\\s{0,2}${n}${gap}${unit}`, ([low = 0, high = 0]) => [low, high]),
  form(`exactly\\s{1,2}${n}${gap}${unit}`, ([exact = 0]) => [exact, exact]),
  form(`\\b(?:${atLeast})\\s{1,2}${n}${gap}${unit}`, ([min = 0]) => [min, null]),
  form(`${n}\\+[\\s-]{0,3}${unit}`, ([min = 0]) => [min, null]),
  form(`${n}${gap}${unit}\\s{1,2}(?:\\(?min\\b|minimum|or more|at least|at minimum|and up)`, ([min = 0]) => [
    min,
    null,
  ]),
  form(`\\b(?:${atMost})\\s{1,2}${n}${gap}${unit}`, ([max = 0]) => [null, max]),
  form(`${n}${gap}${unit}\\s{1,2}(?:\\(?max\\b|maximum|or less|or fewer|at most|limit|tops)`, ([max = 0]) => [
    null,
    max,
  ]),
];

/** A plain "500 words" means about as many; "the 5,000-word article" is what is given, not what is asked for. */
const plainForm = form(
  `(?<!\\b(?:the|this|that|these|attached|given|following|existing|original|our|my)\\s{1,2})${n}${gap}${unit}`,
  ([about = 0]) => [about * 0.8, about * 1.2],
);

function form(source: string, bounds: Form["bounds"]): Form {
  return { pattern: new RegExp(source, "gi"), bounds };
}

/** What a brief says of the result's length: at most one demand for each unit. */
export function lengthDemandsOf(brief: Brief): LengthDemand[] {
  const found = new Map<LengthUnit, LengthDemand>();
  for (const part of tellingParts(brief)) {
    const here = new Map<LengthUnit, LengthDemand>();
    let rest = part;
    for (const { pattern, bounds } of [...forms, plainForm]) {
      for (const match of rest.matchAll(pattern)) addDemand(here, match, bounds);
      rest = rest.replace(pattern, (matched) => " ".repeat(matched.length));
    }
    for (const [unitName, demand] of here) if (!found.has(unitName)) found.set(unitName, demand);
  }
  return [...found.values()];
}

function addDemand(demands: Map<LengthUnit, LengthDemand>, match: RegExpMatchArray, bounds: Form["bounds"]): void {
  const captured = match.slice(1);
  const [min, max] = bounds(captured.slice(0, -1).map(readNumber));
  if ((min ?? 1) < 1 || (max ?? 1) < 1 || (min !== null && max !== null && min > max)) return;
  const name = unitOf(captured.at(-1) ?? "");
  const before = demands.get(name);
  if (before === undefined) {
    demands.set(name, { unit: name, min, max, wording: match[0].trim() });
  } else if (before.min === null && min !== null && max === null) {
    demands.set(name, { ...before, min, wording: `${before.wording}, ${match[0].trim()}` });
  } else if (before.max === null && max !== null && min === null) {
    demands.set(name, { ...before, max, wording: `${before.wording}, ${match[0].trim()}` });
  }
}

function unitOf(text: string): LengthUnit {
  const [letter] = text.toLowerCase();
  return letter === "w" ? "word" : letter === "p" ? "page" : "character";
}
