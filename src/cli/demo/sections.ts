/** A numbered section of a legal text. */
export interface Section {
  readonly number: number;
  readonly title: string;
  /** Of the whole text, from 1. */
  readonly firstLine: number;
  readonly text: string;
}

const heading = /^ {3}(\d{1,2})\. ([A-Z][A-Za-z ,]*)\./;
/** What somebody must do, or must not; what "shall mean" something is only defined. */
const duty = /\b(?:must|shall)\b(?! mean)/gi;

/** Finds lines of the form `   4. Redistribution.`; a section reaches to the next, the last one to the end of its terms. */
export function sectionsOf(text: string): Section[] {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => {
    const [, number, title] = heading.exec(line) ?? [];
    return number === undefined || title === undefined ? [] : [{ number: Number(number), title, index }];
  });
  const end = lines.findIndex((line) => line.includes("END OF TERMS"));
  return starts.map(({ number, title, index }, place) => ({
    number,
    title,
    firstLine: index + 1,
    text: lines.slice(index, starts[place + 1]?.index ?? (end < 0 ? lines.length : end)).join("\n"),
  }));
}

/** The sections as CSV. */
export function writeSections(sections: readonly Section[]): string {
  const rows = sections.map(({ number, title, firstLine }) => `${number},"${title}",${firstLine}`);
  return ["number,title,first_line", ...rows].join("\n");
}

/** How often each section says must or shall, as a Markdown table. */
export function writeDuties(sections: readonly Section[]): string {
  const rows = sections.map(({ title, text }) => `| ${title} | ${text.match(duty)?.length ?? 0} |`);
  return ["| section | count of must or shall |", "| --- | --- |", ...rows].join("\n");
}
