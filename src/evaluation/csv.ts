import { CsvError, parse } from "csv-parse/sync";

/** What a CSV text holds; or, with `fault`, why it cannot be read. */
export interface CsvTable {
  readonly header: readonly string[];
  /** Rows below the header. */
  readonly rows: number;
  /** Rows with more or fewer cells than the header, and the line of the first of them. */
  readonly unevenRows: number;
  readonly firstUnevenRow: number | null;
  readonly fault: string | null;
}

const delimiters = [",", ";", "\t", "|"];
const maxRows = 50_000;
const maxRowLength = 100_000;

/** Reads CSV with commas, semicolons, tabs or bars. What comes after an incomplete end (`truncated`) is left out. */
export function readCsv(text: string, truncated = false): CsvTable {
  const whole = truncated ? text.slice(0, text.lastIndexOf("\n") + 1) : text;
  try {
    const records: string[][] = parse(whole, {
      bom: true,
      delimiter: delimiterOf(whole),
      max_record_size: maxRowLength,
      relax_column_count: true,
      skip_empty_lines: true,
      to: maxRows + 1,
      trim: true,
    });
    const [header = [], ...rows] = records;
    const uneven = rows.flatMap((row, index) => (row.length === header.length ? [] : [index + 1]));
    return { header, rows: rows.length, unevenRows: uneven.length, firstUnevenRow: uneven[0] ?? null, fault: null };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { header: [], rows: 0, unevenRows: 0, firstUnevenRow: null, fault: faultOf(error) };
  }
}

/** The mark that stands most often in the first line, outside quotes. */
function delimiterOf(text: string): string {
  const first = firstLine(text).replace(/"[^"]*"/g, "");
  const counts = delimiters.map((mark) => first.split(mark).length - 1);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ",";
}

/** Whether a text without any mark on it looks like CSV: several lines, all cut into as many cells as the first. */
export function looksLikeCsv(text: string): boolean {
  const mark = delimiterOf(text);
  const columns = firstLine(text).split(mark).length;
  if (columns < 2 || !text.trim().includes("\n")) return false;
  const { fault, rows, unevenRows } = readCsv(text);
  return fault === null && rows >= 1 && unevenRows <= rows / 4;
}

function firstLine(text: string): string {
  const start = text.slice(0, maxRowLength).trimStart();
  const end = start.indexOf("\n");
  return end < 0 ? start : start.slice(0, end);
}

function faultOf(error: CsvError): string {
  const line = typeof error.lines === "number" ? ` (around line ${error.lines})` : "";
  if (error.code === "CSV_QUOTE_NOT_CLOSED") return `a quote is opened and never closed${line}`;
  if (error.code === "CSV_MAX_RECORD_SIZE") return `a row is longer than ${maxRowLength} characters${line}`;
  if (error.code === "INVALID_OPENING_QUOTE") return `a quote stands in the middle of a cell${line}`;
  if (error.code === "CSV_INVALID_CLOSING_QUOTE") return `text follows a closing quote${line}`;
  return `the rows cannot be told apart${line}`;
}
