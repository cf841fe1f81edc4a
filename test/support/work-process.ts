import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const mainFile = join(import.meta.dirname, "../../src/main.ts");
const waitMs = 20_000;

/** One line of `guildhall work --json`. */
export interface WorkLine {
  readonly event: string;
  readonly task_id?: string;
  readonly reason?: string;
  readonly content?: string;
  readonly files?: number;
  readonly state?: string;
}

export interface WorkProcessOptions {
  readonly url: string;
  readonly key: string;
  readonly exec: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `guildhall work` as a process of its own. */
export class WorkProcess {
  readonly lines: WorkLine[] = [];
  /** What it said on stderr. */
  stderr = "";
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  #onLine: () => void = () => undefined;

  constructor({ url, key, exec, args = [], env = {} }: WorkProcessOptions) {
    this.#child = spawn(process.execPath, [mainFile, "work", "--json", "--exec", exec, ...args], {
      env: {
        PATH: process.env.PATH ?? "",
        HOME: process.env.HOME ?? "",
        GUILDHALL_URL: url,
        GUILDHALL_API_KEY: key,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stderr?.on("data", (chunk) => (this.stderr += chunk));
    this.#exited = new Promise((resolve) => this.#child.once("exit", (code) => resolve(code)));
    if (this.#child.stdout === null) throw new Error("The worker has no output.");
    createInterface(this.#child.stdout).on("line", (line) => {
      this.lines.push(JSON.parse(line));
      this.#onLine();
    });
  }

  /** Waits for a happening of this kind, one that was told before included. Fails with what was told instead. */
  async told(event: string, fits: (line: WorkLine) => boolean = () => true): Promise<WorkLine> {
    const giveUpAtMs = performance.now() + waitMs;
    for (;;) {
      const found = this.lines.find((line) => line.event === event && fits(line));
      if (found !== undefined) return found;
      const leftMs = giveUpAtMs - performance.now();
      if (leftMs <= 0) throw new Error(`No "${event}" in:\n${JSON.stringify(this.lines, null, 1)}\n${this.stderr}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(leftMs, 1_000));
        this.#onLine = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal, unless it has ended, and waits for the end; returns the exit code. */
  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined && this.#child.exitCode === null) this.#child.kill(signal);
    return this.#exited;
  }
}
