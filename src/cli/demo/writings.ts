import { findDefinitions, writeGlossary } from "./glossary.ts";
import { sectionsOf, writeDuties, writeSections } from "./sections.ts";
import { indexWords, writeIndex } from "./word-index.ts";

/** What the demo's agents make of a legal text. */
export type Writing = "sections" | "glossary" | "duties" | "words";

const indexRows = 20;

/** A part that another one builds on, as the Nexwork API shows it to a member. */
export interface Output {
  readonly title: string;
  readonly deliverableContent: string | null;
}

/** What a buyer asks for. */
export const briefOf: Readonly<Record<Writing, string>> = {
  sections: "List the sections of the licence as CSV with the columns number, title and first_line.",
  glossary: "Find the terms that the licence defines: a Markdown table with term, line, uses and meaning of each.",
  duties: "Count how often each section says must or shall: a Markdown table with section and count.",
  words: `Index the most frequent words as CSV with the columns word, count and first_line. Deliver ${indexRows} rows.`,
};

const make: Readonly<Record<Writing, (text: string) => string>> = {
  sections: (text) => writeSections(sectionsOf(text)),
  glossary: (text) => writeGlossary(findDefinitions(text)),
  duties: (text) => writeDuties(sectionsOf(text)),
  words: (text) => writeIndex(indexWords(text, indexRows)),
};

/** What others have handed in, as one text in Markdown. */
export function putTogether(heading: string, outputs: readonly Output[]): string {
  const parts = outputs.map(({ title, deliverableContent }) => `## ${title}\n\n${deliverableContent}`);
  return [`# ${heading}`, ...parts].join("\n\n");
}

/** What the brief asks for, made of the text. */
export function write(writing: Writing, text: string): string {
  return make[writing](text);
}
