import type { EvaluationCheck } from "../model/evaluation.ts";
import type { MarkdownOutline } from "./markdown.ts";
import type { Piece, Pieces } from "./pieces.ts";
import { check } from "./score.ts";
import { counted, quote } from "./words.ts";

/** The parts that are Markdown: those that say so, else the text. */
function markdownPieces({ readable, outlines }: Pieces): Piece[] {
  const marked = readable.filter((piece) => piece.format === "markdown");
  if (marked.length > 0) return marked;
  return readable.filter((piece) => outlines.has(piece) && (piece.source === "text" || piece.source === "link"));
}

/** Whether the Markdown asked for is well made. Any text is Markdown; what is looked at is whether it makes use of it. */
export function checkMarkdown(pieces: Pieces): EvaluationCheck[] {
  return markdownPieces(pieces).flatMap((piece) => {
    const outline = pieces.outlines.get(piece);
    return outline === undefined ? [] : [isWellMade(piece, outline)];
  });
}

function isWellMade(piece: Piece, outline: MarkdownOutline): EvaluationCheck {
  const { headings, lists, tables, blocks } = outline;
  const name = quote(piece.name);
  if (headings.length + lists.length + tables.length + blocks.length === 0) {
    return check("format", "markdown", 0.5, `${name} is plain text: no headings, lists, tables or code blocks.`);
  }
  const faults = faultsOf(outline, piece.truncated);
  if (faults.length > 0) return check("format", "markdown", 1 - 0.25 * faults.length, `${name}: ${faults.join("; ")}.`);
  const parts = [
    counted(headings.length, "heading"),
    counted(lists.length, "list"),
    counted(tables.length, "table"),
    counted(blocks.length, "code block"),
  ].filter((part) => !part.startsWith("0 "));
  return check("format", "markdown", 1, `${name} is well-formed: ${parts.join(", ")}.`);
}

function faultsOf({ headings, tables, unclosedBlockLine }: MarkdownOutline, truncated: boolean): string[] {
  const faults: string[] = [];
  const empty = headings.find((heading) => heading.text.trim() === "");
  if (empty !== undefined) faults.push(`the heading on line ${empty.line} is empty`);
  const jump = headings.find((heading, place) => place > 0 && heading.level > (headings[place - 1]?.level ?? 0) + 1);
  if (jump !== undefined) faults.push(`the heading on line ${jump.line} (${quote(jump.text)}) skips a level`);
  const uneven = tables.find((table) => table.unevenRows > 0);
  if (uneven !== undefined) {
    faults.push(
      `${uneven.unevenRows} of ${counted(uneven.rows, "row")} in the table on line ${uneven.line} have too many or too few cells`,
    );
  }
  if (unclosedBlockLine !== null && !truncated)
    faults.push(`the code block on line ${unclosedBlockLine} is never closed`);
  return faults;
}
