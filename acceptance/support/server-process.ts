import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const projectFolder = join(import.meta.dirname, "..", "..");
const startTimeoutMs = 40_000;

/** How a server ended. */
interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly tookMs: number;
}

/** A server as its operator starts it: one process, its settings in the environment, its address in its log. */
export interface ServerProcess {
  readonly url: string;
  /** Every line it has written. */
  readonly lines: readonly string[];
  /** Tells it to stop, as a supervisor does, and waits for its end. */
  terminate(): Promise<Ending>;
}

/** A folder of a server's own, and the servers that were started on it; `clear` leaves nothing of them. */
export class Premises {
  readonly #children: ChildProcess[] = [];
  #dataFolder: string | undefined;

  /** Starts `guildhall serve` on this folder and waits until it is open. */
  async open(): Promise<ServerProcess> {
    this.#dataFolder ??= await mkdtemp(join(tmpdir(), "guildhall-acceptance-"));
    const child = spawn(process.execPath, ["src/main.ts", "serve"], {
      cwd: projectFolder,
      env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", GUILDHALL_DATA: this.#dataFolder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.push(child);
    const lines: string[] = [];
    const url = await readAddress(child, lines);
    return { url, lines, terminate: () => terminate(child) };
  }

  async clear(): Promise<void> {
    for (const child of this.#children) {
      if (!hasEnded(child) && child.kill("SIGKILL")) await once(child, "exit");
    }
    if (this.#dataFolder === undefined) return;
    await killLeftDatabase(this.#dataFolder);
    await rm(this.#dataFolder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** The `url` of the log line that says that the server is open. */
function readAddress(child: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`The server ${why}. It said:\n${lines.join("\n")}`));
    const timer = setTimeout(() => fail("did not open in time"), startTimeoutMs);
    child.once("exit", (code) => fail(`ended with code ${code}`));
    child.once("error", reject);
    for (const output of [child.stdout, child.stderr]) {
      if (output === null) continue;
      createInterface(output).on("line", (line) => {
        lines.push(line);
        const url = urlIn(line);
        if (url === undefined) return;
        clearTimeout(timer);
        resolve(url);
      });
    }
  });
}

function urlIn(line: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== "object" || entry === null || !("url" in entry)) return undefined;
  return typeof entry.url === "string" ? entry.url : undefined;
}

async function terminate(child: ChildProcess): Promise<Ending> {
  const startedMs = performance.now();
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const [code, signal] = await ended;
  return { code, signal, tookMs: performance.now() - startedMs };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** A server that was killed leaves its PostgreSQL behind; its folder names it. */
async function killLeftDatabase(dataFolder: string): Promise<void> {
  const file = await readFile(join(dataFolder, "postgres", "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(file, 10);
  if (Number.isNaN(pid)) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has gone by itself.
  }
}
