import type { EvaluationCheck } from "../model/evaluation.ts";
import type { Pieces } from "./pieces.ts";
import { check } from "./score.ts";
import { listed, plain, termsOf, wordsOf } from "./words.ts";
import type { Brief } from "./work.ts";

/** A result that speaks of half of what the brief speaks of is on its subject. */
const enoughShare = 0.5;
/** Fewer say nothing. */
const leastTerms = 3;

/** How much of the brief's subject the result speaks of: the share of the brief's terms found in it, half being enough. */
export function checkTerms(brief: Brief, pieces: Pieces): EvaluationCheck {
  const asked = termsOf(briefText(brief));
  const delivered = deliveredText(pieces);
  if (delivered === "") return check("coherence", "terms", null, "Not made: no text of it could be read.");
  if (asked.size < leastTerms) return check("coherence", "terms", null, "Not made: the brief is too short to compare.");
  const there = termsOf(delivered);
  const found = [...asked].filter((term) => there.has(term)).length;
  const percent = Math.round((100 * found) / asked.size);
  const reason = `${percent} % of the brief's terms are spoken of; ${100 * enoughShare} % is taken as enough.`;
  return check("coherence", "terms", found / asked.size / enoughShare, reason);
}

const runLength = 8;
/** Quoting the brief is fine; being little else is not. */
const fairShare = 0.3;
const leastWords = 20;

/** Whether the result is more than the brief said back: the share of its runs of eight words that stand in the brief. */
export function checkOwnWords(brief: Brief, pieces: Pieces): EvaluationCheck[] {
  const asked = runsOf(wordsOf(briefText(brief)));
  const words = wordsOf(deliveredText(pieces));
  if (words.length < leastWords || asked.size === 0) return [];
  const runs = runsOf(words);
  let repeated = 0;
  for (const run of runs) if (asked.has(run)) repeated++;
  const share = repeated / runs.size;
  if (share <= fairShare) return [check("coherence", "own_words", 1, "It does not merely repeat the brief.")];
  const score = (1 - share) / (1 - fairShare);
  return [
    check("coherence", "own_words", score, `${Math.round(share * 100)} % of it repeats the brief word for word.`),
  ];
}

function runsOf(words: readonly string[]): Set<string> {
  const runs = new Set<string>();
  for (let from = 0; from + runLength <= words.length; from++) runs.add(words.slice(from, from + runLength).join(" "));
  return runs;
}

const maxInputs = 50;
const maxDepth = 5;
/** Longer inputs are material to work on, not something to be mentioned. */
const maxInputLength = 200;

/** Whether the result comes back to what the buyer handed over: each input's own terms, half of them being enough. */
export function checkInputs(brief: Brief, pieces: Pieces): EvaluationCheck[] {
  const inputs = [...leavesOf(brief.inputs ?? {}, maxDepth)].slice(0, maxInputs);
  if (inputs.length === 0) return [];
  const delivered = deliveredText(pieces);
  if (delivered === "") return [check("coherence", "inputs", null, "Not made: no text of it could be read.")];
  const words = new Set(wordsOf(delivered));
  const terms = termsOf(delivered);
  const isTakenUp = (value: string): boolean => {
    const own = [...termsOf(value)];
    if (own.length === 0) return wordsOf(value).some((word) => words.has(word));
    return own.filter((term) => terms.has(term)).length >= own.length * enoughShare;
  };
  const left = inputs.filter(([, value]) => !isTakenUp(value)).map(([name]) => name);
  const reason =
    left.length === 0
      ? `All ${inputs.length} inputs are taken up.`
      : `${left.length} of ${inputs.length} inputs are not mentioned: ${listed(left)}.`;
  return [check("coherence", "inputs", 1 - left.length / inputs.length, reason)];
}

function* leavesOf(value: unknown, depth: number, name = ""): Generator<readonly [name: string, value: string]> {
  if (typeof value === "string" || typeof value === "number") {
    const text = String(value);
    if (text.length <= maxInputLength && wordsOf(text).length > 0) yield [name, text];
  } else if (typeof value === "object" && value !== null && depth > 0) {
    for (const [key, inner] of Object.entries(value).slice(0, maxInputs)) {
      yield* leavesOf(inner, depth - 1, Array.isArray(value) ? name : name === "" ? key : `${name}.${key}`);
    }
  }
}

function briefText({ title, description, instructions, expectedOutput, tags, category }: Brief): string {
  return [title, description, instructions, expectedOutput, ...tags, category.replaceAll("_", " ")].join("\n");
}

/** Code blocks stand in their text already. */
function deliveredText({ readable }: Pieces): string {
  const parts = readable.filter((piece) => piece.source !== "block");
  return parts
    .map((piece) => piece.content)
    .join("\n")
    .trim();
}

/** What the model check says when it isn't made. */
export function modelNotAsked(why: string): EvaluationCheck {
  return check("coherence", "model", null, `Not made: ${why}.`);
}

const maxModelReason = 500;

/** A model's word on whether the result answers the brief. Only words: its score is kept in bounds like any other. */
export function modelCheck(score: number, reason: string): EvaluationCheck {
  return check("coherence", "model", score, `A model says: ${plain(reason, maxModelReason)}`);
}
