import { type ChildProcess, execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { startGuildhall } from "./server-process.ts";

const run = promisify(execFile);

/** `guildhall demo` as a process of its own, which keeps its files in a folder that the test looks into afterwards. */
export class DemoProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #exited: Promise<number | null>;
  readonly #lines: string[] = [];
  readonly #seen: Set<number>;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.#seen = new Set(child.pid === undefined ? [] : [child.pid]);
    this.#exited = once(child, "exit").then(([code]) => code);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface(stream).on("line", (line) => this.#lines.push(line));
    }
  }

  static async start(...args: readonly string[]): Promise<DemoProcess> {
    const folder = await mkdtemp(join(tmpdir(), "guildhall-test-demo-"));
    // As root, PostgreSQL runs as another user.
    await chmod(folder, 0o755);
    return new DemoProcess(startGuildhall(["demo", ...args], { TMPDIR: folder }), folder);
  }

  get output(): string {
    return this.#lines.join("\n");
  }

  /** Waits for a text in what the demo says; fails if it ends before. Returns when, in ms. */
  async saysBy(text: string): Promise<number> {
    while (!this.output.includes(text)) {
      const waited = new Promise<"waited">((resolve) => setTimeout(() => resolve("waited"), 50));
      if ((await Promise.race([this.#exited, waited])) !== "waited") throw new Error(`It ended early:\n${this.output}`);
    }
    return performance.now();
  }

  /** What stands behind a label in what the demo says. */
  said(pattern: RegExp): string {
    const found = pattern.exec(this.output)?.[1];
    if (found === undefined) throw new Error(`Not said: ${pattern}\n${this.output}`);
    return found;
  }

  /** Sends a signal and waits for the end; returns the exit code. */
  async end(signal: "SIGTERM" | "SIGINT"): Promise<number | null> {
    this.#child.kill(signal);
    return this.#exited;
  }

  /** What runs of the demo and of everything it has ever been seen to have started, or works in its folder. */
  async processes(): Promise<number[]> {
    const { stdout } = await run("ps", ["-A", "-ww", "-o", "pid=,ppid=,stat=,args="]);
    const running: number[] = [];
    // Parents mostly stand before their children; what is missed names the folder.
    for (const row of stdout.trim().split("\n")) {
      const [, pid, parent, state, args] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s(.*)$/.exec(row) ?? [];
      const isOurs = this.#seen.has(Number(pid)) || this.#seen.has(Number(parent)) || args?.includes(this.#folder);
      if (!isOurs) continue;
      this.#seen.add(Number(pid));
      // What has ended and only waits to be noticed runs no more.
      if (state?.startsWith("Z") === false) running.push(Number(pid));
    }
    return running;
  }

  /** What the demo has left in its folder. */
  leftFiles(): Promise<string[]> {
    return readdir(this.#folder);
  }

  /** Ends what a failed test has left. */
  async clear(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.end("SIGTERM");
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
