import { spawn } from "node:child_process";
import { open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Binaries, prepareBinaries } from "./binaries.ts";
import { type DataFolder, ensurePrivateFolder } from "./data-folder.ts";
import { type Endpoint, prepareEndpoint } from "./endpoint.ts";
import { unlessCode } from "./errors.ts";
import { initialise } from "./initialise.ts";
import { minimalEnvironment, runAs, runToEnd } from "./processes.ts";
import { serverSettings } from "./settings.ts";

/** A postgres that we started. It outlives us if we are killed; the next start finds it. */
export interface Child {
  /** Undefined if the program could not even be started. */
  pid: number | undefined;
  hasExited(): boolean;
  /** What it said before it opened its log files: why it did not start. */
  lastWords(): Promise<string>;
}

/** Everything a server of one data folder is started from. */
export interface LaunchPlan {
  data: DataFolder;
  installedBinaries: string;
  settings: Readonly<Record<string, string>>;
  timeoutMs: number;
}

const probeTimeoutMs = 10_000;
const logCharactersMax = 3_000;

/** Starts a server on the data, which is made first if there is none yet. Does not wait until it answers. */
export async function launch(plan: LaunchPlan, endpoint: Endpoint): Promise<{ child: Child; binaries: Binaries }> {
  const { data } = plan;
  const binaries = await prepareBinaries(data, plan.installedBinaries);
  await initialise(data, binaries, plan.timeoutMs);
  await ensurePrivateFolder(data.logs, data.identity);
  await prepareEndpoint(data, endpoint);
  const walCompression = plan.settings.wal_compression ?? (await bestWalCompression(data, binaries));
  const settings = { ...serverSettings(data, endpoint, walCompression), ...plan.settings };
  const child = await startServer(data, binaries, settings);
  return { child, binaries };
}

async function startServer(data: DataFolder, binaries: Binaries, settings: Record<string, string>): Promise<Child> {
  // Removed and made anew, never opened through a link, because root may be writing into a user's folder.
  await rm(data.startupLog, { force: true });
  const log = await open(data.startupLog, "wx", 0o600);
  try {
    const args = [
      "-D",
      data.postgres,
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ];
    const child = spawn(binaries.postgres, args, {
      ...runAs(data.identity),
      cwd: data.postgres,
      env: minimalEnvironment(),
      // A session of its own: Ctrl-C in the terminal is for our server, which stops PostgreSQL when its work is done.
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      windowsHide: true,
    });
    let exited = false;
    let failure = "";
    child.once("error", (error) => {
      exited = true;
      failure = error.message;
    });
    child.once("exit", () => {
      exited = true;
    });
    // What keeps our process alive is the connection that owns the data, not the child.
    child.unref();
    return {
      pid: child.pid,
      hasExited: () => exited,
      lastWords: async () => `${failure}${await tail(data.startupLog)}${await tailOfServerLog(data)}`.trim(),
    };
  } finally {
    await log.close();
  }
}

/** lz4 where this build has it: half the write-ahead log for very little time. */
async function bestWalCompression(data: DataFolder, binaries: Binaries): Promise<string> {
  const args = ["-C", "wal_compression", "-c", "wal_compression=lz4", "-D", data.postgres];
  const probe = await runToEnd(binaries.postgres, args, { identity: data.identity, timeoutMs: probeTimeoutMs });
  return probe.code === 0 ? "lz4" : "off";
}

async function tail(file: string): Promise<string> {
  const text = (await unlessCode(readFile(file, "utf8"), "ENOENT")) ?? "";
  return text.slice(-logCharactersMax);
}

/** The end of the newest of PostgreSQL's own log files, if it was written since the last launch. */
async function tailOfServerLog(data: DataFolder): Promise<string> {
  const since = (await unlessCode(stat(data.startupLog), "ENOENT"))?.mtimeMs ?? Date.now();
  let newest = { file: "", mtimeMs: since };
  for (const name of (await unlessCode(readdir(data.logs), "ENOENT")) ?? []) {
    const file = join(data.logs, name);
    const { mtimeMs } = await stat(file);
    if (mtimeMs >= newest.mtimeMs) newest = { file, mtimeMs };
  }
  return newest.file ? `\n${newest.file}:\n${await tail(newest.file)}` : "";
}
