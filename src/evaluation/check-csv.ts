import type { EvaluationCheck } from "../model/evaluation.ts";
import { type CsvTable, looksLikeCsv, readCsv } from "./csv.ts";
import { missingNames } from "./name-demands.ts";
import type { Piece, Pieces } from "./pieces.ts";
import { check } from "./score.ts";
import { counted, listed, quote } from "./words.ts";

/** Several checks look at the same parts; each is read once. */
const found = new WeakMap<Pieces, readonly Piece[]>();
const tables = new WeakMap<Piece, CsvTable>();

/** The parts that are CSV: those that say so, else those that look like it. */
export function csvPieces(pieces: Pieces): readonly Piece[] {
  const before = found.get(pieces);
  if (before !== undefined) return before;
  const marked = pieces.readable.filter((piece) => piece.format === "csv");
  const likely = (piece: Piece): boolean => piece.format === null && looksLikeCsv(piece.content);
  const all = marked.length > 0 ? marked : pieces.readable.filter(likely);
  found.set(pieces, all);
  return all;
}

/** What a part that is CSV holds. */
export function csvTable(piece: Piece): CsvTable {
  const table = tables.get(piece) ?? readCsv(piece.content, piece.truncated);
  tables.set(piece, table);
  return table;
}

/** Whether the CSV asked for parses, with as many cells in every row; and has the columns that were named. */
export function checkCsv(pieces: Pieces, names: readonly string[]): EvaluationCheck[] {
  const parts = csvPieces(pieces);
  const checks = parts.map(parses);
  if (names.length === 0) return checks;
  const header = parts.flatMap((piece) => csvTable(piece).header);
  return parts.length === 0 ? checks : [...checks, checkNames("columns", "column", names, header)];
}

function parses(piece: Piece): EvaluationCheck {
  const { fault, header, rows, unevenRows, firstUnevenRow } = csvTable(piece);
  const name = quote(piece.name);
  const beginning = piece.truncated ? " Only its beginning was read." : "";
  if (fault !== null && piece.truncated) {
    return check("format", "csv", null, `Not made: of ${name} only the beginning was read, and ${fault}.`);
  }
  if (fault !== null) return check("format", "csv", 0, `${name} is not valid CSV: ${fault}.`);
  if (header.length < 2)
    return check("format", "csv", 0.5, `${name} has a single column, or no columns at all.${beginning}`);
  if (rows === 0) return check("format", "csv", 0.3, `${name} has a header and no rows.${beginning}`);
  if (unevenRows > 0) {
    const wrong = `${unevenRows} of ${counted(rows, "row")} do not have the header's ${header.length} columns, first row ${firstUnevenRow}`;
    return check("format", "csv", 0.9 * (1 - unevenRows / rows), `${name}: ${wrong}.${beginning}`);
  }
  return check(
    "format",
    "csv",
    1,
    `${name} is valid: ${counted(rows, "row")} of ${header.length} columns.${beginning}`,
  );
}

/** Whether everything the brief names is there. */
export function checkNames(
  name: "columns" | "keys",
  noun: string,
  asked: readonly string[],
  present: readonly string[],
): EvaluationCheck {
  const missing = missingNames(asked, present);
  const reason =
    missing.length === 0
      ? `All ${asked.length} ${noun}s that the brief names are there.`
      : `${missing.length} of the ${asked.length} ${noun}s that the brief names are missing: ${listed(missing)}.`;
  return check("format", name, 1 - missing.length / asked.length, reason);
}
