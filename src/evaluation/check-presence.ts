import type { EvaluationCheck } from "../model/evaluation.ts";
import { check } from "./score.ts";
import { counted, countWords, listed } from "./words.ts";
import type { Delivery } from "./work.ts";

/** Whether there is anything at all: words, a file with bytes in it, or a link. */
export function checkPresence({ text, files, links }: Delivery): EvaluationCheck {
  const words = countWords(text);
  const empty = files.filter((file) => file.sizeBytes === 0).map((file) => file.name);
  const parts = [
    ...(words > 0 ? [counted(words, "word")] : []),
    ...(files.length > empty.length ? [counted(files.length - empty.length, "file")] : []),
    ...(links.length > 0 ? [counted(links.length, "link")] : []),
  ];
  if (parts.length === 0) {
    const reason = text.trim() === "" ? "There is nothing in it." : "The text holds no words.";
    return check("format", "not_empty", 0, empty.length > 0 ? `${reason} Empty files: ${listed(empty)}.` : reason);
  }
  const score = empty.length === 0 ? 1 : 0.5;
  return check(
    "format",
    "not_empty",
    score,
    `${parts.join(", ")}.${empty.length > 0 ? ` Empty files: ${listed(empty)}.` : ""}`,
  );
}
