import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

const mainFile = join(import.meta.dirname, "../../src/main.ts");

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly durationMs: number;
}

/** Runs `guildhall` with these arguments to its end. */
export async function runGuildhall(args: readonly string[], env: Record<string, string>): Promise<Ending> {
  const startedMs = performance.now();
  const child = startGuildhall(args, env);
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  const [code, signal] = await once(child, "close");
  return { code, signal, output, durationMs: performance.now() - startedMs };
}

/** `guildhall serve` as a process of its own, on a data folder. */
export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;

  static readonly #running = new Set<ServerProcess>();

  private constructor(child: ChildProcess, url: string) {
    ServerProcess.#running.add(this);
    this.#child = child;
    this.url = url;
    this.#exited = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
  }

  /** Starts it and waits until it is open. Fails with its output if it ends before. */
  static async start(dataFolder: string, env: Record<string, string> = {}): Promise<ServerProcess> {
    const child = startGuildhall(["serve"], { GUILDHALL_DATA: dataFolder, PORT: "0", ...env });
    const said: string[] = [];
    child.stderr?.on("data", (chunk) => said.push(String(chunk)));
    if (child.stdout === null) throw new Error("The server has no output.");
    const lines = createInterface(child.stdout);
    const url = await new Promise<string>((resolve, reject) => {
      lines.on("line", (line) => {
        said.push(line);
        const found = /Guildhall is open at (http:[^"\s]+)/.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once("exit", () => reject(new Error(`The server ended before it was open:\n${said.join("\n")}`)));
    });
    return new ServerProcess(child, url);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("The server has no process.");
    return this.#child.pid;
  }

  /** Ends what a failed test has left running. */
  static async endAll(): Promise<void> {
    for (const server of ServerProcess.#running) await server.end("SIGTERM");
  }

  /** Sends a signal and waits for the end; returns the exit code. */
  async end(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): Promise<number | null> {
    ServerProcess.#running.delete(this);
    this.#child.kill(signal);
    return this.#exited;
  }
}

/** The process id of the PostgreSQL on a data folder. */
export async function postmasterPid(dataFolder: string): Promise<number> {
  const text = await readFile(join(dataFolder, "postgres/postmaster.pid"), "utf8");
  return Number(text.split("\n", 1)[0]);
}

/** `guildhall` with these arguments as a process of its own, whose output is read. */
export function startGuildhall(args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [mainFile, ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
