import { tellingParts } from "./brief-text.ts";
import type { Brief } from "./work.ts";

/** How many of something a brief asks for. */
export interface CountDemand {
  readonly count: number;
  /** As the brief calls them, for instance `SaaS companies`. */
  readonly noun: string;
  readonly kind: "about" | "at least" | "at most";
}

const maxDemands = 3;
const maxCount = 100_000;
const maxNounWords = 4;
const maxSentences = 200;
const maxTokens = 400;

const numberWords = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(" ");
/** Words that ask for something to be made or found. */
const asking = new Set(
  `research list find compile collect gather identify provide write create generate produce deliver include give suggest
  propose name return analyze analyse compare review summarize summarise need needs want wants top draft design build
  prepare extract contain containing show describe cover covering come brainstorm pick select curate source
  outline submit translate record annotate label classify answer add`.split(/\s+/),
);
/** A number after these is not of the result: it is given, or measures something else. */
const givenBefore = new Set(
  `the our their my your his her its these those this has have had having using in by after every each into across
  before since via page chapter section step version figure table number no than`.split(/\s+/),
);
const givenWithin = new Set("attached given following existing provided uploaded linked different such".split(" "));
const ends = new Set(
  `of in with for that and from to on by as at per or which who whose including include each about using based where when
  is are was were be will should must can between if so then under over within without via into`.split(/\s+/),
);
/** Measures of length, time and money; columns are looked at by name. */
const measures =
  /^(?:words?|characters?|chars?|pages?|sentences?|lines?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|dollars?|cents?|euros?|usd|percent|points|stars?|times|columns?|fields?|keys?|decimals?|digits?|levels?|px|pixels?|kb|mb|gb|tokens?|credits?|users?|employees|colou?rs?|versions?|revisions?|languages?)$/i;
const irregular = new Set(["people", "children", "men", "women", "criteria", "alumni", "media"]);

/** What a brief wants a number of. Said in words, so it can be misread: reasons quote the brief. */
export function countDemandsOf(brief: Brief): CountDemand[] {
  const found = new Map<string, CountDemand>();
  for (const part of tellingParts(brief)) {
    const isAsking = part === brief.title || part === brief.expectedOutput;
    for (const sentence of part.split(/[.!?](?:\s|$)|[\n;]/).slice(0, maxSentences)) {
      for (const demand of demandsIn(sentence, isAsking)) {
        const key = demand.noun.toLowerCase().split(" ").at(-1) ?? "";
        if (!found.has(key)) found.set(key, demand);
      }
    }
  }
  return [...found.values()].slice(0, maxDemands);
}

function demandsIn(sentence: string, isAsking: boolean): CountDemand[] {
  const withoutCommas = sentence.replace(/(?<=\d),(?=\d{3}\b)/g, "");
  const tokens = (withoutCommas.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*\+?|[,:()–]/gu) ?? []).slice(0, maxTokens);
  const demands: CountDemand[] = [];
  let asked = isAsking;
  for (const [place, token] of tokens.entries()) {
    if (asking.has(token.toLowerCase())) asked = true;
    const count = countOf(tokens, place);
    if (count === null || !asked || isGiven(tokens, place)) continue;
    const noun = nounAfter(tokens, place + 1);
    if (noun !== null) demands.push({ count, noun, kind: kindOf(tokens, place) });
  }
  return demands;
}

function countOf(tokens: readonly string[], place: number): number | null {
  const token = (tokens[place] ?? "").toLowerCase();
  const spelled = numberWords.indexOf(token);
  if (spelled >= 0) return spelled + 2;
  if (!/^\d{1,6}\+?$/.test(token)) return null;
  const count = Number.parseInt(token, 10);
  return count >= 2 && count <= maxCount ? count : null;
}

function isGiven(tokens: readonly string[], place: number): boolean {
  return givenBefore.has((tokens[place - 1] ?? "").toLowerCase()) && kindOf(tokens, place) === "about";
}

/** The words after the number up to the last one in the plural. */
function nounAfter(tokens: readonly string[], from: number): string | null {
  const phrase: string[] = [];
  for (const token of tokens.slice(from, from + maxNounWords)) {
    const word = token.toLowerCase();
    if (/^[,:()–]$/.test(token) || ends.has(word) || /^\d/.test(word)) break;
    if (givenWithin.has(word)) return null;
    phrase.push(token);
  }
  while (phrase.length > 0 && !isPlural(phrase.at(-1) ?? "")) phrase.pop();
  const isPoints = phrase.at(-1)?.toLowerCase() === "points" && phrase.length > 1;
  if (phrase.length === 0 || (measures.test(phrase.at(-1) ?? "") && !isPoints)) return null;
  return phrase.join(" ");
}

function isPlural(word: string): boolean {
  const lower = word.toLowerCase();
  return irregular.has(lower) || (lower.length >= 4 && /[^sui]s$/.test(lower)) || /(?:ies|ses|xes)$/.test(lower);
}

function kindOf(tokens: readonly string[], place: number): CountDemand["kind"] {
  const before = tokens
    .slice(Math.max(0, place - 3), place)
    .join(" ")
    .toLowerCase();
  if (
    (tokens[place] ?? "").endsWith("+") ||
    /(?:at least|minimum(?: of)?|no (?:less|fewer) than|more than|over)$/.test(before)
  ) {
    return "at least";
  }
  return /(?:at most|maximum(?: of)?|max|up to|no more than|fewer than|less than)$/.test(before) ? "at most" : "about";
}
