import { spawn } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const timeoutMs = 90_000;

/** Runs one of the demo's programs as a process of its own and prints what it says. Throws if it fails. */
export async function runProgram(name: string, args: readonly string[], print: (line: string) => void): Promise<void> {
  // The same kind of file as this one: source in the repository, compiled in the package.
  const file = fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"], timeout: timeoutMs });
  createInterface(child.stdout).on("line", print);
  const [code, signal] = await once(child, "exit");
  if (code !== 0) throw new Error(`${name} ended with ${signal ?? `exit code ${code}`}.`);
}
