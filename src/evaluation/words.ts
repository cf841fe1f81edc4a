/** Words are looked for in this much of a text; more makes no difference to a share. */
const maxWordText = 200_000;
const wordPattern = /[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*/gu;
/** Scripts that put no spaces between words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const segmenter = new Intl.Segmenter("en", { granularity: "word" });

/** The words of a text in lower case, in their order. */
export function wordsOf(text: string): string[] {
  const start = text.slice(0, maxWordText).toLowerCase();
  if (!unspaced.test(start)) return start.match(wordPattern) ?? [];
  return [...segmenter.segment(start)].filter((part) => part.isWordLike === true).map((part) => part.segment);
}

/** How many words a text has, all of it counted. */
export function countWords(text: string): number {
  let count = 0;
  for (let from = 0; from < text.length; from += maxWordText) {
    count += wordsOf(text.slice(from, from + maxWordText)).length;
  }
  return count;
}

const common = new Set(
  `a about above after again all also an and any are as at be because been before being below between both but by can
  could did do does doing down during each etc few for from further had has have having he her here hers him his how i if
  in into is it its itself just like may me might more most must my need needs no nor not now of off on once only or other
  our ours out over own per please provide provided same she should so some such than that the their theirs them then
  there these they this those through to too under until up us use used using very via want was we were what when where
  which while who whom why will with within without would you your yours include including write make sure following
  task brief output result results deliver deliverable submission submit work good high quality clear short long detailed
  based well least one two three first`.split(/\s+/),
);

/**
 * The words of a text that say what it is about: no common ones, no short ones, no numbers, and their endings cut off so
 * that "companies" and "company" are one.
 */
export function termsOf(text: string): Set<string> {
  const terms = new Set<string>();
  for (const word of wordsOf(text)) {
    if (common.has(word) || /^[\p{N}.-]+$/u.test(word)) continue;
    if (word.length < 3 && !unspaced.test(word)) continue;
    terms.add(stem(word));
  }
  return terms;
}

const endings = ["ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "ly", "s", "y", "e"];

function stem(word: string): string {
  for (const ending of endings) {
    if (word.length - ending.length >= 3 && word.endsWith(ending)) return word.slice(0, -ending.length);
  }
  return word;
}

const maxQuoteLength = 60;
/** Control characters, and marks that turn text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;

/** Somebody's words on one line, without anything that could disturb the text around them. */
export function plain(text: string, maxLength: number): string {
  const cut = text.length > maxLength * 4 ? text.slice(0, maxLength * 4) : text;
  const line = cut.replace(unprintable, " ").toWellFormed().replace(/ {2,}/g, " ").trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).toWellFormed()}…`;
}

/** Somebody's words as they are shown in a reason. */
export function quote(text: string): string {
  return `“${plain(text, maxQuoteLength)}”`;
}

const maxListed = 5;

/** The first few of some words, and how many more there are. */
export function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, maxListed).map(quote).join(", ");
  return texts.length > maxListed ? `${shown} and ${texts.length - maxListed} more` : shown;
}

/** `1 row`, `2 rows`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
