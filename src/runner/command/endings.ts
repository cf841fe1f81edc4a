import type { Ending } from "../sandbox/sandboxed-process.ts";
import { readableText } from "../stranger-text.ts";

const maxTailCharacters = 1_000;

const endings: Readonly<Record<Exclude<Ending["endedBy"], "exit">, string>> = {
  time: "was ended because its time was over",
  cpu: "was ended because it had used all its processor time",
  memory: "was ended because it used too much memory",
  disk: "was ended because the workspace became too large",
  output: "was ended because it printed too much",
  stopped: "was stopped",
};

/** Why a program failed, for people, with the end of what it said on standard error. */
export function endingOf({ endedBy, exitCode }: Pick<Ending, "endedBy" | "exitCode">, stderr: Buffer): string {
  const how = endedBy === "exit" ? `exited with ${exitCode}` : endings[endedBy];
  const tail = readableText(stderr.toString("utf8")).trim().slice(-maxTailCharacters).toWellFormed();
  return `The program ${how}.${tail === "" ? "" : ` It said:\n${tail}`}`;
}
