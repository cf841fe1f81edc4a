import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { constants, getPriority, setPriority } from "node:os";
import { createInterface } from "node:readline";
import { type Readable, Transform, type Writable } from "node:stream";
import { descriptor } from "./arguments.ts";
import type { ControlGroup } from "./cgroups.ts";
import { errorCode, SandboxFailed } from "./errors.ts";
import type { Identity } from "./identity.ts";
import type { Cost, EndedBy, Limits } from "./limits.ts";
import { startOf } from "./processes.ts";
import { type Watch, watch } from "./watch.ts";

/** How a run ended, once every process of it is dead. */
export interface Ending {
  /** As a shell shows it: 128 + the signal's number for a program that a signal ended. Null unless `endedBy` is "exit". */
  readonly exitCode: number | null;
  readonly endedBy: EndedBy;
  readonly cost: Cost;
}

/** A program running in the sandbox, for those who speak with it while it runs. */
export interface SandboxedProcess {
  readonly stdin: Writable;
  /** Read them: what is not read makes the program wait. They end with the run. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Rejects with `SandboxFailed` if the sandbox itself failed. */
  readonly ended: Promise<Ending>;
  /** Kills everything in it. */
  stop(): void;
}

/** Everything one bubblewrap is started with. */
export interface Launch {
  readonly bubblewrap: string;
  readonly identity: Identity | undefined;
  readonly stdio: StdioOptions;
  readonly options: Buffer;
  readonly filter: Buffer;
  readonly command: readonly string[];
  readonly workspaceFolder: string;
  readonly limits: Limits;
  readonly group: ControlGroup | undefined;
  readonly signal: AbortSignal | undefined;
  /** Called once everything is dead. */
  readonly cleanUp: () => Promise<void>;
}

const complaintCharactersMax = 2_000;
const deathPauseMs = 3;
const deathWaitMsMax = 10_000;
/** A program that ended by exceeding what its process may use: SIGXCPU, SIGXFSZ. */
const endedBySignal: Readonly<Record<number, EndedBy>> = { 152: "cpu", 153: "disk" };

/** Starts bubblewrap. What goes wrong from here on, the process's `ended` tells. */
export function launch(plan: Launch): SandboxedProcess {
  return new Run(plan).process;
}

/** One run from the start of bubblewrap to the death of its last process. */
class Run {
  readonly process: SandboxedProcess;
  readonly #plan: Launch;
  readonly #child: ChildProcess;
  readonly #startedMs = performance.now();
  /** The sandbox's first process; all others die with it. */
  #first: { readonly pid: number; readonly start: string | undefined } | undefined;
  #exitCode: number | undefined;
  #endedBy: EndedBy | undefined;
  #failure: unknown;
  #outputBytes = 0;
  #complaint = "";
  #watch: Watch | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(plan: Launch) {
    this.#plan = plan;
    const args = ["--args", String(descriptor.options), "--", ...plan.command];
    // An empty environment: bubblewrap stays in the sandbox as its first process, where ours could be read from it.
    const child = spawn(plan.bubblewrap, args, { ...plan.identity, cwd: "/", env: {}, stdio: plan.stdio });
    this.#child = child;
    const [stdin, stdout, stderr] = [pipe(child, 0), pipe(child, 1), pipe(child, 2)];
    const stop = (): void => this.#end("stopped");
    const died = new Promise<void>((resolve, reject) => {
      child.once("exit", () => resolve());
      child.once("error", reject);
    });
    const isReady = this.#followStatus();
    this.process = {
      stdin,
      stdout: this.#metered(stdout),
      stderr: this.#metered(stderr.on("data", (chunk: Buffer) => this.#keepComplaint(chunk))),
      ended: this.#ended(died, isReady),
      stop,
    };
    // The caller may look at `ended` late; a rejection is not unhandled until then.
    this.process.ended.catch(() => {});
    pipe(child, descriptor.options).end(plan.options);
    pipe(child, descriptor.filter).end(plan.filter);
    if (plan.signal?.aborted) stop();
    else plan.signal?.addEventListener("abort", stop, { once: true });
  }

  /** Follows what bubblewrap says of itself: the number of its child, and the program's exit code. */
  #followStatus(): Promise<void> {
    const lines = createInterface({ input: pipe(this.#child, descriptor.status) });
    return new Promise((resolve) => {
      lines.on("line", (line) => {
        const status = JSON.parse(line) as { "child-pid"?: number; "exit-code"?: number };
        if (status["exit-code"] !== undefined) this.#exitCode = status["exit-code"];
        if (status["child-pid"] === undefined) return;
        this.#begin(status["child-pid"]).catch((error: unknown) => this.#fail(error));
      });
      lines.once("close", resolve);
    });
  }

  /** bubblewrap waits for our word, so that nothing runs before it stands in its control group. */
  async #begin(pid: number): Promise<void> {
    const { group, limits } = this.#plan;
    this.#first = { pid, start: await startOf(pid) };
    if (this.#endedBy !== undefined) return this.#kill();
    await group?.add(pid);
    // The server comes first wherever both want the processor.
    setPriority(pid, Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
    this.#timer = setTimeout(() => this.#end("time"), limits.wallMs);
    pipe(this.#child, descriptor.go).once("data", () => this.#openLastGate(pid));
    pipe(this.#child, descriptor.setUp).end("go\n");
  }

  /** The sandbox stands, and only the program is missing: what is watched from now on is the sandbox, not its making. */
  #openLastGate(pid: number): void {
    const { group, limits, workspaceFolder } = this.#plan;
    if (this.#endedBy !== undefined) return;
    this.#watch = watch(
      { pid, group, limits, workspaceFolder },
      (by) => this.#end(by),
      (error) => this.#fail(error),
    );
    pipe(this.#child, descriptor.go).end("go\n");
  }

  #end(by: EndedBy): void {
    this.#endedBy ??= by;
    this.#kill().catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#end("stopped");
  }

  /**
   * By SIGKILL from outside, to the sandbox's first process: nothing inside can delay it, and the kernel ends all others
   * with it. bubblewrap's own goes last, because until the sandbox is set up its child would outlive it.
   */
  async #kill(): Promise<void> {
    if (this.#first === undefined) return;
    await this.#waitUntilAllAreDead();
    this.#child.kill("SIGKILL");
  }

  /** When the first process of a PID namespace is gone, the kernel has ended all others before it. */
  async #waitUntilAllAreDead(): Promise<void> {
    if (this.#first?.start === undefined) return;
    const { pid, start } = this.#first;
    const giveUpMs = performance.now() + deathWaitMsMax;
    while ((await startOf(pid)) === start) {
      if (performance.now() > giveUpMs) throw new Error("its processes could not be killed");
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if (errorCode(error) !== "ESRCH") throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, deathPauseMs));
    }
  }

  async #ended(died: Promise<void>, statusRead: Promise<void>): Promise<Ending> {
    const { signal, cleanUp } = this.#plan;
    try {
      await died;
      await statusRead;
      const wallMs = performance.now() - this.#startedMs;
      await this.#waitUntilAllAreDead();
      await this.#watch?.stop();
      if (this.#failure !== undefined) throw this.#failure;
      this.#endedBy ??= await this.#watch?.lastLook();
      if (this.#exitCode !== undefined) this.#endedBy ??= endedBySignal[this.#exitCode] ?? "exit";
      if (this.#endedBy === undefined) throw new Error("bubblewrap ended without a word");
      const use = await this.#watch?.use();
      return {
        exitCode: this.#endedBy === "exit" ? (this.#exitCode ?? null) : null,
        endedBy: this.#endedBy,
        cost: { wallMs, cpuMs: use?.cpuMs ?? 0, memoryPeakBytes: use?.memoryPeakBytes ?? 0 },
      };
    } catch (error) {
      // Where bubblewrap itself failed, its own words say more than what we then could not do with it.
      const complaint = this.#exitCode === undefined ? this.#complaint.trim() : "";
      throw new SandboxFailed(`The sandbox failed: ${complaint || (error as Error).message}`, { cause: error });
    } finally {
      clearTimeout(this.#timer);
      signal?.removeEventListener("abort", this.process.stop);
      // A control group that stays is empty, and is removed by the next server that starts.
      await cleanUp().catch(() => {});
    }
  }

  /** Counts standard output and standard error together and lets nothing through past the limit. */
  #metered(stream: Readable): Readable {
    const meter = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        const room = this.#plan.limits.outputBytes - this.#outputBytes;
        this.#outputBytes += chunk.length;
        if (chunk.length > room) this.#end("output");
        done(null, room > 0 ? chunk.subarray(0, room) : undefined);
      },
    });
    // Whatever closes the pipe ends what was read from it.
    stream.once("close", () => meter.end());
    return stream.pipe(meter);
  }

  #keepComplaint(chunk: Buffer): void {
    if (this.#complaint.length < complaintCharactersMax) this.#complaint += chunk.toString("utf8");
  }
}

/** One of the child's pipes. What breaks when the child dies shows in its ending. */
function pipe(child: ChildProcess, index: number): Readable & Writable {
  const stream = child.stdio[index];
  if (stream === null || stream === undefined) throw new SandboxFailed("bubblewrap was started without its pipes.");
  if (stream.listenerCount("error") === 0) stream.on("error", () => {});
  return stream as Readable & Writable;
}
