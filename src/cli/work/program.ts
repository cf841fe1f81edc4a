import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a program ended. */
export interface ProgramEnd {
  /** null: a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  /** Whether it printed more than is kept. */
  readonly stdoutTruncated: boolean;
  /** The end of what it said on stderr. */
  readonly stderrTail: string;
}

export interface ProgramOptions {
  /** Run by the shell. */
  readonly command: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly onStderrLine: (line: string) => void;
  /** Ends the program and everything it started. */
  readonly signal: AbortSignal;
}

/** 3-domain: texts are at most 100,000 characters. */
const maxStdoutLength = 100_000;
const maxTailLength = 2_000;
const maxLineLength = 2_000;
/** Between asking a program to end and ending it. */
const killAfterMs = 3_000;
/** Between the program's end and the end of listening to it. */
const closeAfterMs = 1_000;
const exitCodeOfFailedStart = 127;

/**
 * Runs a program in a process group of its own and waits for its end. Nothing that stays in that group outlives it.
 * Never throws: a program that cannot be started has ended with 127.
 */
export async function runProgram(options: ProgramOptions): Promise<ProgramEnd> {
  const child = spawn(options.command, {
    shell: true,
    cwd: options.folder,
    env: options.env,
    detached: process.platform !== "win32",
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stdout = new TextHead(maxStdoutLength);
  let tail = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout.add(text));
  createInterface({ input: child.stderr, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    const clean = storable(line).slice(0, maxLineLength);
    tail = `${tail}${clean}\n`.slice(-maxTailLength);
    if (clean.trim() !== "") options.onStderrLine(clean);
  });
  // A program that does not read its input is no fault.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin);

  let killTimer: NodeJS.Timeout | undefined;
  const end = (): void => {
    signalGroup(child, "SIGTERM");
    killTimer ??= setTimeout(() => signalGroup(child, "SIGKILL"), killAfterMs);
  };
  options.signal.addEventListener("abort", end, { once: true });
  if (options.signal.aborted) end();
  const ended = await endOf(child);
  clearTimeout(killTimer);
  options.signal.removeEventListener("abort", end);
  return {
    ...ended,
    stdout: storable(stdout.text),
    stdoutTruncated: stdout.truncated,
    stderrTail: (tail + (ended.fault ?? "")).trim(),
  };
}

interface RawEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly fault?: string;
}

/** When the program itself has ended, what it left running is ended too; only then its output closes for certain. */
function endOf(child: ChildProcess): Promise<RawEnd> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ exitCode: exitCodeOfFailedStart, signal: null, fault: error.message }));
    child.once("exit", () => {
      signalGroup(child, "SIGKILL");
      // Something that left the group may hold the output open for ever.
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, closeAfterMs).unref();
    });
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

/** What can be stored: no NUL, no half of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll("\u0000", "\ufffd").toWellFormed();
}

/** Keeps the beginning of a long text. */
class TextHead {
  text = "";
  truncated = false;
  readonly #maxLength: number;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  add(text: string): void {
    const room = this.#maxLength - this.text.length;
    if (text.length > room) this.truncated = true;
    if (room > 0) this.text += text.slice(0, room);
  }
}
