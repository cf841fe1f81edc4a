import { randomBytes } from "node:crypto";
import { chmod, lchown, lstat, mkdir, readdir, realpath, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DataFolderUnreachable, errorCode, unlessCode } from "./errors.ts";
import { chooseServerIdentity, firstUnreachable, withParents } from "./identity.ts";
import { isAlive, type ServerIdentity } from "./processes.ts";

/** Where everything of one embedded PostgreSQL stands, and as whom it runs. */
export interface DataFolder {
  /** The data folder itself, absolute, without symbolic links. */
  root: string;
  /** PostgreSQL's own data directory. */
  postgres: string;
  password: string;
  logs: string;
  /** What the last started server said before its own log files were open. */
  startupLog: string;
  /** Copies of the server programs, made only when the installed ones cannot be used. */
  binaries: string;
  identity: ServerIdentity | undefined;
}

const temporary = /^\.temporary-(\d+)-[0-9a-f]+$/;
const temporaryAgeMaxMs = 15 * 60_000;
/** Temporary folders of this very process: after a restart in a container an old one may carry our own pid. */
const ours = new Set<string>();

/** The paths inside a data folder. */
export function layoutOf(root: string): Omit<DataFolder, "identity"> {
  return {
    root,
    postgres: join(root, "postgres"),
    password: join(root, "postgres-password"),
    logs: join(root, "postgres-logs"),
    startupLog: join(root, "postgres-startup.log"),
    binaries: join(root, "postgres-binaries"),
  };
}

/**
 * Creates the data folder if need be and makes sure that PostgreSQL's user gets in.
 * Refuses with DataFolderUnreachable before anything is created below a folder that is closed to that user.
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const wanted = resolve(path);
  try {
    const identity = await chooseServerIdentity(join(wanted, "postgres"));
    const existing = await nearestExisting(wanted);
    // If it is the data folder itself, it may be ours to open; that is seen to below.
    if (existing !== wanted) await refuseIfUnreachable(wanted, existing, identity);
    await createFolder(wanted, identity);
    const root = await realpath(wanted);
    await refuseIfUnreachable(wanted, root, identity);
    const folder = { ...layoutOf(root), identity };
    await removeStaleTemporaries(root);
    return folder;
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"].includes(errorCode(error) ?? "")) throw error;
    const advice = "Choose a folder this user may write to with GUILDHALL_DATA.";
    throw new DataFolderUnreachable(wanted, wanted, `${(error as Error).message}. ${advice}`);
  }
}

async function nearestExisting(folder: string): Promise<string> {
  if (await unlessCode(stat(folder), "ENOENT")) return folder;
  return dirname(folder) === folder ? folder : nearestExisting(dirname(folder));
}

async function refuseIfUnreachable(wanted: string, folder: string, identity: ServerIdentity | undefined) {
  const blocking = identity && (await firstUnreachable(folder, identity));
  if (!blocking) return;
  throw new DataFolderUnreachable(
    wanted,
    blocking,
    `started as root, PostgreSQL runs as the user ${identity.name}, and that user may not enter ${blocking}. ` +
      "Choose a folder outside of it, for example GUILDHALL_DATA=/var/lib/guildhall, start the server as an " +
      `ordinary user, or let others pass through with: chmod o+x ${blocking}`,
  );
}

async function createFolder(folder: string, identity: ServerIdentity | undefined): Promise<void> {
  const mode = identity ? 0o711 : 0o700;
  const first = await mkdir(folder, { recursive: true, mode: identity ? 0o711 : 0o755 });
  if (first !== undefined) {
    // chmod, because a strict umask would have closed them again to the user that must pass.
    const created = withParents(folder).filter((path) => path.length >= first.length);
    for (const path of identity ? created : [folder]) await chmod(path, mode);
    return;
  }
  // A folder made by hand or by mktemp is often 700. Opening it for passing is ours to do only if it is ours alone.
  const { mode: existing, uid } = await stat(folder);
  if (!identity || uid !== 0 || (existing & 0o111) === 0o111) return;
  const names = await readdir(folder);
  if (names.length === 0 || names.includes("postgres-password")) await chmod(folder, mode);
}

/** Creates, or corrects, a folder that only PostgreSQL's user may enter. The parent must be ours. */
export async function ensurePrivateFolder(folder: string, identity: ServerIdentity | undefined): Promise<void> {
  await unlessCode(mkdir(folder, { mode: 0o700 }), "EEXIST");
  const found = await lstat(folder);
  if (!found.isDirectory()) throw new DataFolderUnreachable(folder, folder, "it is not a folder.");
  if (process.platform === "win32") return;
  if (identity && found.uid !== identity.uid) await lchown(folder, identity.uid, identity.gid);
  if ((found.mode & 0o777) !== 0o700) await chmod(folder, 0o700);
}

/** Does work in a new folder (mode 700, ours) beside the data, which is removed afterwards whatever happens. */
export async function withTemporaryFolder<T>(root: string, work: (folder: string) => Promise<T>): Promise<T> {
  const name = `.temporary-${process.pid}-${randomBytes(6).toString("hex")}`;
  const folder = join(root, name);
  ours.add(name);
  try {
    await mkdir(folder, { mode: 0o700 });
    return await work(folder);
  } finally {
    // A failure to clean up must not hide how the work ended; the next start tries again.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
    ours.delete(name);
  }
}

/** Removes what starts that were killed half-way have left behind, and nothing that may still be in work. */
async function removeStaleTemporaries(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const pid = Number(temporary.exec(name)?.[1] ?? 0);
    if (pid === 0 || ours.has(name)) continue;
    const info = await unlessCode(lstat(join(root, name)), "ENOENT");
    if (!info) continue;
    const old = Date.now() - info.mtimeMs > temporaryAgeMaxMs;
    if (!old && pid !== process.pid && (await isAlive(pid))) continue;
    // An orphaned initdb may still be writing there; what escapes us now is removed by the next start.
    await rm(join(root, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}
