import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "./free-port.ts";

/** Found on the PATH; not a package of ours. */
const program = "redis-server";

/** Whether there is a redis-server to test with. */
export function hasRedis(): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A real Redis on a loopback port of its own, which keeps nothing on disk. */
export class RedisServer {
  readonly url: string;
  readonly #port: number;
  readonly #folder: string;
  #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, folder: string) {
    this.#child = child;
    this.#port = port;
    this.#folder = folder;
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async start(): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), "guildhall-test-"));
    const port = await freePort();
    return new RedisServer(await launch(port, folder), port, folder);
  }

  /** Answers nothing until `thaw`, but keeps its connections. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  /** Starts again, empty, on the same port. */
  async startAgain(): Promise<void> {
    this.#child = await launch(this.#port, this.#folder);
  }

  async close(): Promise<void> {
    await this.end();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function launch(port: number, folder: string): Promise<ChildProcess> {
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const child = spawn(program, settings, { stdio: ["ignore", "pipe", "inherit"] });
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      said.push(line);
      if (line.includes("Ready to accept connections")) resolve();
    });
    child.once("exit", () => reject(new Error(`Redis ended before it was ready:\n${said.join("\n")}`)));
  });
  return child;
}
