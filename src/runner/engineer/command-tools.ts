import type { RunCommand, RunResult } from "../sandbox/run-to-end.ts";
import { oneLine, shortened, strangerText } from "../stranger-text.ts";
import type { ToolInput } from "./tool-inputs.ts";
import type { Place, ToolOutcome } from "./tool-outcome.ts";

const shownLengthMax = 24_000;
const lineLengthMax = 400;
const linesPerFileMax = 50;
const commandMsUnlessAsked = 120_000;
const searchMsMax = 20_000;
/** grep's own: nothing was found. */
const nothingFound = 1;

const endings: Readonly<Record<Exclude<RunResult["endedBy"], "exit" | "stopped">, string>> = {
  time: "It was ended because its time was over",
  cpu: "It was ended because it had used all its processor time",
  memory: "It was ended because it used too much memory",
  disk: "It was ended because the workspace became too large",
  output: "It was ended because it printed too much",
};

/** Runs a shell command. Standard output and standard error come back as one text, in the order they came. */
export async function runCommand(place: Place, input: ToolInput<"run_command">): Promise<ToolOutcome> {
  const pieces: Buffer[] = [];
  const wantedMs = input.timeout_seconds === undefined ? commandMsUnlessAsked : input.timeout_seconds * 1_000;
  const result = await run(place, {
    argv: ["/bin/sh", "-c", input.command],
    wallMs: wantedMs,
    onOutput: (_, piece) => pieces.push(piece),
  });
  const output = Buffer.concat(pieces).toString("utf8");
  const printed = output.trim() === "" ? "It printed nothing." : strangerText(place.runId, output, shownLengthMax);
  return { text: `${endingOf(result)}.\n${printed}`, failed: result.exitCode !== 0 };
}

/** Finds lines, by grep inside the sandbox: neither links nor a costly pattern can do harm there. */
export async function search(place: Place, { pattern, path = "." }: ToolInput<"search">): Promise<ToolOutcome> {
  const options = ["-rnIE", "--exclude-dir=.git", "--exclude-dir=node_modules", "-m", String(linesPerFileMax)];
  const argv = ["grep", ...options, "-e", pattern, "--", path];
  const result = await run(place, { argv, wallMs: searchMsMax });
  if (result.exitCode === nothingFound) return { text: "Nothing was found.", failed: false };
  const found = result.stdout.toString("utf8");
  if (found === "") {
    const complaint = strangerText(place.runId, result.stderr.toString("utf8"), lineLengthMax);
    return { text: `${endingOf(result)}.\n${complaint}`, failed: true };
  }
  const lines = found.split("\n").map((line) => oneLine(line, lineLengthMax));
  return {
    text: strangerText(place.runId, shortened(lines.join("\n"), shownLengthMax), shownLengthMax),
    failed: false,
  };
}

async function run(
  { sandbox, folder, network, limits, signal }: Place,
  { wallMs, ...command }: Pick<RunCommand, "argv" | "onOutput"> & { readonly wallMs: number },
): Promise<RunResult> {
  const result = await sandbox.run({
    ...command,
    workspaceFolder: folder,
    ...(network === undefined ? {} : { network }),
    limits: { ...limits, wallMs: Math.min(wallMs, limits.wallMs ?? wallMs) },
    signal,
  });
  // What was stopped from outside is not a result: the run goes on elsewhere, or not at all.
  signal.throwIfAborted();
  return result;
}

function endingOf({ endedBy, exitCode }: RunResult): string {
  return endedBy === "exit" || endedBy === "stopped" ? `Exit code ${exitCode}` : endings[endedBy];
}
