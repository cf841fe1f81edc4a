import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { binariesIn } from "./binaries.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Endpoint } from "./endpoint.ts";
import { unlessCode } from "./errors.ts";
import { isAlive, pause, runToEnd } from "./processes.ts";

/** A living postmaster. `endpoint` is undefined until it has written down where it listens. */
export interface Postmaster {
  pid: number;
  endpoint: Endpoint | undefined;
}

const fastShutdownMaxMs = 8_000;
const quickShutdownMaxMs = 1_500;
const pollMs = 20;
const probeTimeoutMs = 5_000;

/** The postmaster now alive on that data directory, by its postmaster.pid; a stale file counts for nothing. */
export async function findPostmaster(postgresFolder: string): Promise<Postmaster | undefined> {
  const file = await unlessCode(readFile(join(postgresFolder, "postmaster.pid"), "utf8"), "ENOENT", "ENOTDIR");
  // Lines: pid, data directory, start time, port, socket folder, listen address, shared memory key, status.
  const [pidLine, , , port, socketFolder, address] = file?.split("\n") ?? [];
  const pid = Number(pidLine);
  if (!Number.isInteger(pid) || pid <= 1 || !(await isPostmasterOf(pid, postgresFolder))) return undefined;
  const host = socketFolder || address;
  const complete = address !== undefined && host && port;
  return { pid, endpoint: complete ? { host, port: Number(port) } : undefined };
}

/**
 * Whether that process is a PostgreSQL at work in that folder. After a crash its number may have been given to any
 * other program, which must neither be taken for the server nor be killed. In doubt the answer is yes.
 */
async function isPostmasterOf(pid: number, postgresFolder: string): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  if (process.platform === "win32") return true;
  if (process.platform !== "linux") {
    const ps = await runToEnd("/bin/ps", ["-o", "comm=", "-p", String(pid)], { timeoutMs: probeTimeoutMs });
    return ps.code !== 0 ? isAlive(pid) : ps.output.includes("postgres");
  }
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => undefined);
  if (name !== undefined && name.trim() !== "postgres") return false;
  // Every process of a server works in its data directory, which tells it from another server on this machine.
  // Compared by what it is, not by its name: the folder may be reached through links, mounts or another namespace.
  const [there, here] = await Promise.all(
    [stat(`/proc/${pid}/cwd`), stat(postgresFolder)].map((one) => one.catch(() => {})),
  );
  return there && here ? there.ino === here.ino && there.dev === here.dev : isAlive(pid);
}

/**
 * PostgreSQL takes a lock file for alive if *any* process of its user has the number in it, and then refuses to
 * start. If it is no postmaster of ours, our own number is written there instead: PostgreSQL knows that its parent
 * holds no such lock, and still looks whether old children use the shared memory named in the same file – which
 * removing the file would prevent.
 */
export async function mendStaleLockFiles(data: DataFolder, socketLock: string): Promise<void> {
  if (process.platform === "win32") return;
  for (const file of [join(data.postgres, "postmaster.pid"), socketLock]) {
    const content = await unlessCode(readFile(file, "utf8"), "ENOENT");
    if (content && !(await isPostmasterOf(Number.parseInt(content, 10), data.postgres))) await disown(file, content);
  }
}

async function disown(file: string, judged: string): Promise<void> {
  const aside = `${file}.stale-${process.pid}-${randomBytes(4).toString("hex")}`;
  // Moved aside first: another start may have replaced the file since it was judged, and its file must survive.
  if (
    (await unlessCode(
      rename(file, aside).then(() => true),
      "ENOENT",
    )) === undefined
  )
    return;
  const handle = await open(aside, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const found = await handle.readFile("utf8");
    if (found === judged) {
      const mended = Buffer.from(found.replace(/^\d+/, String(process.pid)));
      await handle.truncate(0);
      await handle.write(mended, 0, mended.length, 0);
    }
  } finally {
    await handle.close();
  }
  await unlessCode(link(aside, file), "EEXIST");
  await rm(aside);
}

/**
 * Shuts a postmaster down and waits until it is gone: fast (clients are cut off, all data is written), and after 8 s
 * at once (the next start recovers). Returns within 10 s; rejects if it is still there.
 */
export async function stopPostmaster(data: DataFolder, pid: number, binariesFolder: string): Promise<void> {
  await signal(pid, "INT", data, binariesFolder);
  if (await isGoneWithin(pid, data, fastShutdownMaxMs)) return;
  await signal(pid, "QUIT", data, binariesFolder);
  if (await isGoneWithin(pid, data, quickShutdownMaxMs)) return;
  throw new Error(`PostgreSQL (process ${pid}) did not stop. Its data is safe; end it with: kill -9 ${pid}`);
}

async function signal(pid: number, name: "INT" | "QUIT", data: DataFolder, binariesFolder: string): Promise<void> {
  if (!(await isPostmasterOf(pid, data.postgres))) return;
  if (process.platform === "win32") {
    // Windows has no signals; pg_ctl knows how PostgreSQL imitates them.
    await runToEnd(binariesIn(binariesFolder).pgCtl, ["kill", name, String(pid)], { timeoutMs: probeTimeoutMs });
    return;
  }
  try {
    process.kill(pid, `SIG${name}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function isGoneWithin(pid: number, data: DataFolder, limitMs: number): Promise<boolean> {
  for (const end = performance.now() + limitMs; performance.now() < end; await pause(pollMs)) {
    if (!(await isPostmasterOf(pid, data.postgres))) return true;
  }
  return false;
}
