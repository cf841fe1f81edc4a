import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";

const outputCharactersMax = 8_000;

/** The OS user that PostgreSQL runs as when it cannot be ourselves. */
export interface ServerIdentity {
  name: string;
  uid: number;
  gid: number;
}

/** How a program ended: `code` is null when it was killed or could not be started at all. */
export interface Ending {
  code: number | null;
  output: string;
}

/**
 * The whole environment of PostgreSQL's programs. They inherit nothing of ours: our environment holds secrets, and
 * whatever a server process holds can be read from /proc/<pid>/environ by its user.
 */
export function minimalEnvironment(): Record<string, string> {
  if (process.platform !== "win32") return { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
  const kept = ["SystemRoot", "SystemDrive", "TEMP", "TMP", "PATH"];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** The spawn options that make a child run as that user, or as ourselves when undefined. */
export function runAs(identity: ServerIdentity | undefined): { uid?: number; gid?: number } {
  return identity ? { uid: identity.uid, gid: identity.gid } : {};
}

/** Runs a program to its end and keeps the last of what it said. Never rejects. */
export function runToEnd(
  program: string,
  args: readonly string[],
  options: { identity?: ServerIdentity | undefined; timeoutMs: number; onSpawn?: (child: ChildProcess) => void },
): Promise<Ending> {
  return new Promise((resolve) => {
    let output = "";
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-outputCharactersMax);
    };
    // "/" because a working directory of ours may be closed to that user.
    const child = spawn(program, args, {
      ...runAs(options.identity),
      cwd: process.platform === "win32" ? process.cwd() : "/",
      env: minimalEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
      windowsHide: true,
    });
    options.onSpawn?.(child);
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error) => resolve({ code: null, output: `${output}${error.message}` }));
    child.once("close", (code, signal) => resolve({ code, output: signal ? `${output}killed by ${signal}` : output }));
  });
}

/** Whether that process still does anything. A zombie (an orphan nobody reaps, in a container) counts as gone. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  if (process.platform !== "linux") return true;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The state follows the program's name, which is in parentheses and may itself contain some.
  return stat === undefined || !/^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1));
}

/** Waits that long, keeping our process alive meanwhile. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
