/** How often a word stands in a text, and where first. */
interface IndexEntry {
  readonly word: string;
  readonly count: number;
  readonly firstLine: number;
}

const shortestWord = 5;

/** The most frequent words of at least five letters, the most frequent first, then by the alphabet. */
export function indexWords(text: string, size: number): IndexEntry[] {
  const entries = new Map<string, { count: number; firstLine: number }>();
  for (const [index, line] of text.split("\n").entries()) {
    for (const [found] of line.toLowerCase().matchAll(/[a-z]+/g)) {
      if (found.length < shortestWord) continue;
      const entry = entries.get(found) ?? { count: 0, firstLine: index + 1 };
      entries.set(found, { ...entry, count: entry.count + 1 });
    }
  }
  return [...entries]
    .map(([word, entry]) => ({ word, ...entry }))
    .sort((a, b) => b.count - a.count || a.word.localeCompare(b.word, "en"))
    .slice(0, size);
}

/** The index as CSV. */
export function writeIndex(entries: readonly IndexEntry[]): string {
  return [
    "word,count,first_line",
    ...entries.map(({ word, count, firstLine }) => `${word},${count},${firstLine}`),
  ].join("\n");
}
