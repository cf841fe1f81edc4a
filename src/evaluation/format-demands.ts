import { tellingParts } from "./brief-text.ts";
import type { Brief, Format } from "./work.ts";

const names: Readonly<Record<Format, string>> = {
  csv: String.raw`\.?\bcsv\b|\bcomma[- ]separated\b`,
  json: String.raw`\.?\bjson\b`,
  markdown: String.raw`\bmarkdown\b|\.md\b`,
};

/** Words before a format's name that make it what is given, or what is not wanted. */
const notAsked =
  /\b(?:no|not|without|never|instead of|rather than|from|attached|given|input|parse|convert|read|existing|following|source|uploaded|provided|linked|the)\s{1,2}(?:(?:a|an|any|the|this|our|my|use|in|as|attached|given|valid)\s{1,2}){0,2}$/i;
const notAskedReach = 40;

/** Formats that a brief asks for: each inner list holds alternatives ("CSV or JSON"), of which one is enough. */
export function formatDemandsOf(brief: Brief): Format[][] {
  for (const part of tellingParts(brief)) {
    const mentions = mentionsIn(part);
    if (mentions.length > 0) return grouped(mentions, part);
    // A JSON sample says as much as the word.
    if (part === brief.expectedOutput && isJsonContainer(part)) return [["json"]];
  }
  return [];
}

interface Mention {
  readonly format: Format;
  readonly from: number;
  readonly to: number;
}

function mentionsIn(part: string): Mention[] {
  const mentions: Mention[] = [];
  for (const [format, source] of Object.entries(names) as [Format, string][]) {
    for (const match of part.matchAll(new RegExp(source, "gi"))) {
      const before = part.slice(Math.max(0, match.index - notAskedReach), match.index);
      if (!notAsked.test(before)) mentions.push({ format, from: match.index, to: match.index + match[0].length });
    }
  }
  return mentions.sort((a, b) => a.from - b.from);
}

/** Each format once; joined with the one before it where only "or" stands between them. */
function grouped(mentions: readonly Mention[], part: string): Format[][] {
  const groups: Format[][] = [];
  let before: Mention | undefined;
  for (const mention of mentions) {
    const isKnown = groups.some((group) => group.includes(mention.format));
    const between = before === undefined ? "" : part.slice(before.to, mention.from);
    if (!isKnown && between.length < 20 && /^(?:\s|,|file|format|\/)*(?:\bor\b|\/)/i.test(between)) {
      groups.at(-1)?.push(mention.format);
    } else if (!isKnown) groups.push([mention.format]);
    before = mention;
  }
  return groups;
}

/** Whether a text is a JSON object or array. */
export function isJsonContainer(text: string): boolean {
  const start = text.trimStart()[0];
  if (start !== "{" && start !== "[") return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
