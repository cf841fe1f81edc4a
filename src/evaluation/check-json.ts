import type { EvaluationCheck } from "../model/evaluation.ts";
import { checkNames } from "./check-csv.ts";
import { isJsonContainer } from "./format-demands.ts";
import { readJson } from "./json.ts";
import type { Piece, Pieces } from "./pieces.ts";
import { check } from "./score.ts";
import { counted, quote } from "./words.ts";

/** The parts that are JSON: those that say so, else those that parse as such. */
export function jsonPieces({ readable }: Pieces): Piece[] {
  const marked = readable.filter((piece) => piece.format === "json");
  return marked.length > 0
    ? marked
    : readable.filter(
        (piece) => piece.format === null && /^\s*[[{]/.test(piece.content) && isLikelyJson(piece.content),
      );
}

/** Also a broken one, so that the buyer learns where it breaks: it begins and goes on as JSON does. */
function isLikelyJson(content: string): boolean {
  return isJsonContainer(content) || /^\s*(?:\{\s*"|\[\s*[{["\d])/.test(content);
}

/** Whether the JSON asked for parses, and has the keys that were named. */
export function checkJson(pieces: Pieces, names: readonly string[]): EvaluationCheck[] {
  const found = jsonPieces(pieces);
  const checks = found.map(parses);
  if (names.length === 0) return checks;
  const keys = found.flatMap((piece) => readJson(piece.content).keys);
  return found.length === 0 ? checks : [...checks, checkNames("keys", "key", names, keys)];
}

function parses(piece: Piece): EvaluationCheck {
  const name = quote(piece.name);
  if (piece.truncated) return check("format", "json", null, `Not made: of ${name} only the beginning was read.`);
  const { fault, keys, listLengths } = readJson(piece.content);
  if (fault !== null) return check("format", "json", 0, `${name} is not valid JSON: ${fault}.`);
  const lists = listLengths.length > 0 ? `, ${counted(Math.max(...listLengths), "item")}` : "";
  return check("format", "json", 1, `${name} is valid: ${counted(keys.length, "key")}${lists}.`);
}
