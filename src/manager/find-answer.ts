import type { Source } from "../model/project-snapshot.ts";

/** A sentence that answers a question, and where it stands. */
export interface FoundAnswer {
  readonly source: string;
  readonly sentence: string;
}

/** So many of a question's telling words must stand in one sentence, and this share of them. */
const minSharedWords = 2;
const minSharedPart = 0.5;
const maxSentences = 2_000;
const [minSentenceLength, maxSentenceLength] = [10, 600];
const minWordLength = 3;

const common = new Set(
  `about after all also and any are blocked blocker but can cannot could did does for from had has have how into its just
  know let may might more most must need needs not now one only other our out please question same shall she should some
  such tell than that the their them then there these they thing this those too under use used using very waiting want was
  were what when where whether which while who why will with would you your yes`.split(/\s+/),
);

/** The sentence that shares most of a question's telling words; undefined when none shares enough. */
export function findAnswer(question: string, sources: readonly Source[]): FoundAnswer | undefined {
  const asked = tellingWords(question);
  let best: (FoundAnswer & { readonly shared: number }) | undefined;
  for (const { name, text } of sources) {
    for (const sentence of sentencesOf(text)) {
      const words = tellingWords(sentence);
      let shared = 0;
      for (const word of asked) if (words.has(word)) shared++;
      if (shared > (best?.shared ?? 0)) best = { source: name, sentence, shared };
    }
  }
  if (best === undefined || best.shared < minSharedWords || best.shared < asked.size * minSharedPart) return undefined;
  return { source: best.source, sentence: best.sentence };
}

/** Questions are not answered with questions. */
function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .slice(0, maxSentences)
    .map((sentence) => sentence.replace(/^[\s#>*•-]+/, "").trim())
    .filter(({ length }) => length >= minSentenceLength && length <= maxSentenceLength)
    .filter((sentence) => !sentence.endsWith("?"));
}

function tellingWords(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => word.length >= minWordLength && !common.has(word)).map(stem));
}

/** So that "prices", "price" and "pricing" are one. */
function stem(word: string): string {
  for (const ending of ["ings", "ing", "ies", "ied", "es", "ed", "s", "y", "e"]) {
    if (word.length - ending.length >= minWordLength && word.endsWith(ending)) return word.slice(0, -ending.length);
  }
  return word;
}
