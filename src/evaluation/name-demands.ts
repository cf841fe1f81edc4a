import { tellingParts } from "./brief-text.ts";
import { isJsonContainer } from "./format-demands.ts";
import type { Brief } from "./work.ts";

const maxNames = 50;
const subject = String.raw`\b(?:columns?|fields?|headers?|keys?|properties|attributes)\b`;
/** "columns: a, b", "with these fields (a, b)", "keys named a and b". */
const inline = new RegExp(
  `${subject}(?:\\s{1,2}(?:named|called|are|should be|must be)){0,1}\\s{0,2}[:(–][ \\t]{0,3}([^\\n;):]{1,500})`,
  "gi",
);
/** "with columns a, b and c": without a mark, only what looks like a list of names. */
const unmarked = new RegExp(
  `\\bwith\\s{1,2}(?:the\\s{1,2}|these\\s{1,2}|following\\s{1,2}){0,2}${subject}\\s{1,2}(?!(?:should|must|that|which|to|in|of|from|for|are|is|with|and|you|as)\\b)([^\\n;):]{1,500})`,
  "gi",
);
/** "columns:" and then a list, one name a line. */
const below = new RegExp(
  `${subject}[^\\n:]{0,30}:[ \\t]{0,4}\\n((?:[ \\t]{0,8}(?:[-*•]|\\d{1,2}[.)])[^\\n]{1,200}\\n?){1,50})`,
  "gi",
);

/** The columns or keys that a brief wants by name; empty if it names none. */
export function nameDemandsOf(brief: Brief): string[] {
  for (const part of tellingParts(brief)) {
    const found = [
      ...[...part.matchAll(below)].flatMap(([, list = ""]) => namesBelow(list)),
      ...[...part.matchAll(inline)].flatMap(([, list = ""]) => namesIn(list)),
      ...[...part.matchAll(unmarked)].flatMap(([, list = ""]) => atLeastTwo(namesIn(list))),
    ];
    if (found.length > 0) return unique(found);
  }
  return unique(sampleNames(brief.expectedOutput?.trim() ?? ""));
}

/** What an example shows: the keys of a JSON object, or the first line of a CSV file. */
function sampleNames(sample: string): string[] {
  if (sample.length > 20_000) return [];
  if (isJsonContainer(sample)) return keysOf(JSON.parse(sample));
  const [first = ""] = sample.split("\n", 1);
  const cells = first.split(",").map((cell) => cell.trim());
  return cells.length >= 3 && cells.every(isName) && !/[.!?]$/.test(first) ? cells : [];
}

/** The keys of an object, or of the first object in an array. */
function keysOf(value: unknown): string[] {
  const sample = Array.isArray(value) ? value[0] : value;
  return typeof sample === "object" && sample !== null && !Array.isArray(sample) ? Object.keys(sample) : [];
}

function namesIn(list: string): string[] {
  const names: string[] = [];
  // A dot ends the list unless it stands inside a name.
  for (const piece of (list.split(/\.(?:\s|$)/, 1)[0] ?? "").split(/,|\band\b|\bor\b|\||\/|&/i)) {
    const name = bare(piece);
    if (name === "") continue;
    if (!isName(name)) break;
    names.push(name);
  }
  return names;
}

function namesBelow(list: string): string[] {
  return list
    .split("\n")
    .map((line) => bare(line.replace(/^[ \t]*(?:[-*•]|\d{1,2}[.)])/, "").split(/[:(–]| - /, 1)[0] ?? ""))
    .filter(isName);
}

function atLeastTwo(names: string[]): string[] {
  return names.length >= 2 ? names : [];
}

function bare(text: string): string {
  return text.replace(/["'`“”‘’*]/g, "").trim();
}

function isName(text: string): boolean {
  return text.length > 0 && text.length <= 40 && text.split(/\s+/).length <= 4 && /\p{L}/u.test(text);
}

function unique(names: readonly string[]): string[] {
  return [...new Map(names.map((name) => [normalName(name), name])).values()].slice(0, maxNames);
}

/** Names are alike whatever their case, spaces and punctuation. */
function normalName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** Which of the names asked for are not among those there are. "Website" is found in "Company website". */
export function missingNames(asked: readonly string[], present: readonly string[]): string[] {
  const there = present.map(normalName);
  return asked.filter((name) => {
    const wanted = normalName(name);
    return !there.some((each) => each === wanted || (wanted.length >= 4 && each.includes(wanted)));
  });
}
