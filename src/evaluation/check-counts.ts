import type { EvaluationCheck } from "../model/evaluation.ts";
import { csvPieces, csvTable } from "./check-csv.ts";
import { jsonPieces } from "./check-json.ts";
import { type CountDemand, countDemandsOf } from "./count-demands.ts";
import { readJson } from "./json.ts";
import type { Pieces } from "./pieces.ts";
import { check } from "./score.ts";
import { counted, quote } from "./words.ts";
import type { Brief, Delivery } from "./work.ts";

/** Something that can be counted in what was handed in. */
interface Tally {
  readonly count: number;
  readonly what: string;
  readonly kind: "rows" | "items" | "bullets" | "headings" | "paragraphs" | "lines" | "files" | "links";
}

/**
 * Whether there are as many as the brief asks for. Nothing tells which list is the one that was meant, so the one that
 * comes closest counts; the reason names it.
 */
export function checkCounts(brief: Brief, delivery: Delivery, pieces: Pieces): EvaluationCheck[] {
  const demands = countDemandsOf(brief);
  if (demands.length === 0) return [];
  const tallies = talliesOf(delivery, pieces);
  const isCut = pieces.readable.some((piece) => piece.truncated);
  return demands.map((demand) => compare(demand, tallies, isCut || pieces.closed.length > 0));
}

function compare(demand: CountDemand, tallies: readonly Tally[], isPartlyRead: boolean): EvaluationCheck {
  const wanted = `${demand.kind === "about" ? "" : `${demand.kind} `}${demand.count} ${demand.noun}`;
  const asked = `brief seems to ask for ${quote(wanted)}`;
  const best = closest(
    demand,
    tallies.filter((tally) => fits(tally, demand.noun)),
  );
  const score = best === undefined ? 0 : scoreOf(demand, best.count);
  if (score < 1 && isPartlyRead) {
    const found = best === undefined ? "nothing to count was found" : `found ${best.what}`;
    return check("format", "count", null, `Not made: the ${asked}; ${found}, but not everything could be read.`);
  }
  return check("format", "count", score, `The ${asked}; found ${best === undefined ? "nothing to count" : best.what}.`);
}

/** Some nouns say what kind of thing is to be counted. */
function fits({ kind }: Tally, noun: string): boolean {
  if (/\b(?:bullets?|bullet points|list items)$/i.test(noun)) return kind === "bullets";
  if (/\brows$/i.test(noun)) return kind === "rows";
  if (/\bparagraphs$/i.test(noun)) return kind === "paragraphs";
  if (/\b(?:sections|headings|chapters)$/i.test(noun)) return kind === "headings";
  if (/\bfiles$/i.test(noun)) return kind === "files";
  if (/\b(?:links|urls)$/i.test(noun)) return kind !== "paragraphs" && kind !== "headings";
  return kind !== "paragraphs";
}

function closest(demand: CountDemand, tallies: readonly Tally[]): Tally | undefined {
  const [best] = tallies.toSorted(
    (a, b) =>
      scoreOf(demand, b.count) - scoreOf(demand, a.count) ||
      Math.abs(a.count - demand.count) - Math.abs(b.count - demand.count),
  );
  return best;
}

/** More than asked for is no fault, unless the brief sets a limit. */
function scoreOf({ count: asked, kind }: CountDemand, found: number): number {
  if (kind === "at most") return found <= asked ? (found === 0 ? 0 : 1) : asked / found;
  return Math.min(1, found / asked);
}

function talliesOf({ text, files, links }: Delivery, pieces: Pieces): Tally[] {
  const tallies: Tally[] = [];
  const add = (count: number, noun: string, kind: Tally["kind"], where: string): void => {
    if (count > 0) tallies.push({ count, kind, what: `${counted(count, noun)} in ${quote(where)}` });
  };
  for (const piece of csvPieces(pieces)) add(csvTable(piece).rows, "row", "rows", piece.name);
  for (const piece of jsonPieces(pieces)) {
    for (const length of readJson(piece.content).listLengths) add(length, "item", "items", piece.name);
  }
  for (const [piece, { lists, headings, tables, paragraphs }] of pieces.outlines) {
    for (const table of tables) add(table.rows, "table row", "rows", piece.name);
    for (const list of lists) add(list.items, "list item", "bullets", piece.name);
    const items = lists.reduce((sum, list) => sum + list.items, 0);
    if (lists.length > 1) add(items, "list item", "bullets", piece.name);
    for (const level of new Set(headings.map((heading) => heading.level))) {
      add(
        headings.filter((heading) => heading.level === level).length,
        `level-${level} heading`,
        "headings",
        piece.name,
      );
    }
    add(paragraphs, "paragraph", "paragraphs", piece.name);
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "").length;
  if (lines > 1) add(lines, "line", "lines", "the text");
  if (files.length > 0) tallies.push({ count: files.length, kind: "files", what: counted(files.length, "file") });
  if (links.length > 0) tallies.push({ count: links.length, kind: "links", what: counted(links.length, "link") });
  return tallies;
}
