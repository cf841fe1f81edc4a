/** A term that a legal text defines, and where. */
export interface Definition {
  readonly term: string;
  readonly meaning: string;
  readonly line: number;
  /** How often the text uses the term after defining it. */
  readonly uses: number;
}

/** Finds sentences of the form `"Term" shall mean …` in a text and how the terms are used afterwards. */
export function findDefinitions(text: string): Definition[] {
  const definitions: Definition[] = [];
  for (const match of text.matchAll(/"([A-Z][A-Za-z ]*)"(?:\s*\([^)]*\)|\s+form)?\s+shall\s+mean\s+([^.]+)\./g)) {
    const [whole, term = "", meaning = ""] = match;
    const after = text.slice(match.index + whole.length);
    definitions.push({
      term,
      meaning: meaning.replace(/\s+/g, " ").trim(),
      line: text.slice(0, match.index).split("\n").length,
      uses: after.match(new RegExp(`\\b${term}s?\\b`, "g"))?.length ?? 0,
    });
  }
  return definitions.sort((a, b) => a.term.localeCompare(b.term, "en"));
}

/** The glossary as Markdown. */
export function writeGlossary(definitions: readonly Definition[]): string {
  const rows = definitions.map(({ term, meaning, line, uses }) => `| ${term} | ${line} | ${uses} | ${meaning} |`);
  return ["| term | line | uses | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
