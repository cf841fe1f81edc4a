import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";

/** A process that stands for a server with a sandbox. */
export interface ServerFixture {
  readonly said: string;
  kill(): void;
}

/** So high that Node does not close it to programs by itself, as it does with the first sixteen. */
const inheritedDescriptor = 40;

/** Starts one whose program is under way: `descriptors` leaves it a folder open, `sleep` has it run until it is killed. */
export async function startServerFixture(
  folder: string,
  what: "descriptors" | "sleep",
  seconds = "",
): Promise<ServerFixture> {
  const fixture = join(import.meta.dirname, "../runner/fixtures/sandbox-server.ts");
  const left = openSync(folder, "r");
  const child = spawn(process.execPath, [fixture, join(folder, `server-${what}`), what, seconds], {
    stdio: ["ignore", "pipe", "inherit", ...Array(inheritedDescriptor - 3).fill("ignore"), left],
  });
  let said = "";
  for await (const piece of child.stdout) {
    said += piece;
    if (said.includes("ready\n")) break;
  }
  return { said, kill: () => void child.kill("SIGKILL") };
}
