import type { EvaluationCheck } from "../model/evaluation.ts";
import { checkCsv } from "./check-csv.ts";
import { checkJson } from "./check-json.ts";
import { checkMarkdown } from "./check-markdown.ts";
import { formatDemandsOf } from "./format-demands.ts";
import { nameDemandsOf } from "./name-demands.ts";
import type { Pieces } from "./pieces.ts";
import { check } from "./score.ts";
import { counted } from "./words.ts";
import type { Brief, Format } from "./work.ts";

const titles: Readonly<Record<Format, string>> = { csv: "CSV", json: "JSON", markdown: "Markdown" };

/** Parts beyond these are alike. */
const maxChecks = 5;

/** Whether the result has the format that the brief asks for. Nothing is said of a format nobody asked for. */
export function checkFormats(brief: Brief, pieces: Pieces): EvaluationCheck[] {
  const names = nameDemandsOf(brief);
  return formatDemandsOf(brief).flatMap((alternatives) => {
    const checks = alternatives.flatMap((format) => checkFormat(format, pieces, names)).slice(0, maxChecks);
    return checks.length > 0 ? checks : [missing(alternatives, pieces)];
  });
}

function checkFormat(format: Format, pieces: Pieces, names: readonly string[]): EvaluationCheck[] {
  if (format === "csv") return checkCsv(pieces, names);
  return format === "json" ? checkJson(pieces, names) : checkMarkdown(pieces);
}

function missing(alternatives: readonly Format[], { closed }: Pieces): EvaluationCheck {
  const name = alternatives[0] ?? "format";
  const asked = alternatives.map((format) => titles[format]).join(" or ");
  const candidates = closed.filter((piece) => piece.format === null || alternatives.includes(piece.format));
  if (candidates.length > 0) {
    const reason = `Not made: the brief asks for ${asked}, and ${counted(candidates.length, "file or link")} could not be read.`;
    return check("format", name, null, reason);
  }
  return check(
    "format",
    name,
    0,
    `The brief asks for ${asked}; none was found in the text, its code blocks, files or links.`,
  );
}
