import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const documents = join(import.meta.dirname, "../documents");
const maxRunMs = 25_000;

/** Whether there is a python3 that can import this module. */
export function hasPythonModule(name: string): boolean {
  try {
    execFileSync("python3", ["-c", `import ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a document's own sample from test/documents with these texts replaced, each of which must occur in it exactly
 * once. Returns how it ended and all it said.
 */
export async function runPythonSample(
  file: string,
  replacements: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  let program = await readFile(join(documents, file), "utf8");
  for (const [from, to] of Object.entries(replacements)) {
    const parts = program.split(from);
    if (parts.length !== 2) throw new Error(`${JSON.stringify(from)} occurs ${parts.length - 1} times in ${file}.`);
    program = parts.join(to);
  }
  const child = spawn("python3", ["-u", "-c", program], { stdio: ["ignore", "pipe", "pipe"], timeout: maxRunMs });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const [code] = await once(child, "close");
  return { code, output };
}
