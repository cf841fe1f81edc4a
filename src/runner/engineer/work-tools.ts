import { oneLine } from "../stranger-text.ts";
import { runCommand, search } from "./command-tools.ts";
import { editFile, fileRefusal, listFiles, readFile, writeFile } from "./file-tools.ts";
import type { CheckedCall } from "./tool-inputs.ts";
import type { Place, ToolOutcome } from "./tool-outcome.ts";

/** Calls that do something in the workspace. */
export type WorkCall = Exclude<CheckedCall, { tool: "plan" | "ask_customer" | "finish" }>;

const progressLengthMax = 200;

/** Does what was called for. What the model is to blame for is told it; all else throws. */
export async function doTool(call: WorkCall, place: Place): Promise<ToolOutcome> {
  switch (call.tool) {
    case "list_files":
      return listFiles(place, call.input).catch(fileRefusal);
    case "read_file":
      return readFile(place, call.input).catch(fileRefusal);
    case "write_file":
      return writeFile(place, call.input).catch(fileRefusal);
    case "edit_file":
      return editFile(place, call.input).catch(fileRefusal);
    case "search":
      return search(place, call.input);
    case "run_command":
      return runCommand(place, call.input);
  }
}

/** Whether the workspace may be another afterwards. A command that failed may have changed it all the same. */
export function changesFiles({ tool }: WorkCall, { failed }: ToolOutcome): boolean {
  return tool === "run_command" || ((tool === "write_file" || tool === "edit_file") && !failed);
}

/** What the customer reads about it; null: nothing. */
export function progressOf(call: WorkCall, { text, failed }: ToolOutcome): string | null {
  if (call.tool === "run_command") {
    const ending = text.slice(0, text.indexOf(".\n"));
    return `Ran: ${oneLine(call.input.command, progressLengthMax)} (${ending.toLowerCase()})`;
  }
  if (failed || (call.tool !== "write_file" && call.tool !== "edit_file")) return null;
  return `${call.tool === "write_file" ? "Wrote" : "Changed"} ${oneLine(call.input.path, progressLengthMax)}`;
}
