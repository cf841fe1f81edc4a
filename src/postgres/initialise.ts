import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, link, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { type DataFolder, withTemporaryFolder } from "./data-folder.ts";
import { DataFolderUnreachable, PostgresStartFailed, unlessCode } from "./errors.ts";
import { runToEnd } from "./processes.ts";

/** The superuser of the embedded server, and the name of its one database. */
export const superuser = "guildhall";

const passwordBytes = 32;

/** Whether a complete data directory is there; initdb's work arrives by rename, so it is never half there. */
async function isInitialised(data: DataFolder): Promise<boolean> {
  return (await unlessCode(stat(join(data.postgres, "PG_VERSION")), "ENOENT")) !== undefined;
}

/** The stored password. Refuses with a clear message when it is lost or belongs to another user. */
export async function readPassword(data: Pick<DataFolder, "root" | "password">): Promise<string> {
  try {
    const password = (await readFile(data.password, "utf8")).trim();
    if (password !== "") return password;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EACCES") {
      const why = `${data.password} belongs to another user. Run this as the user that runs the server.`;
      throw new DataFolderUnreachable(data.root, data.root, why);
    }
    if (code !== "ENOENT") throw error;
  }
  throw new PostgresStartFailed(
    `${data.password} is missing or empty, and without it nobody can log in to the data beside it. Restore that ` +
      "file from a backup.",
  );
}

/**
 * Makes the data directory on first use: into a temporary folder, then renamed into place, so that a kill in the
 * middle leaves nothing half made. Any number of starts may do this at once: all of them use the one password that
 * was stored first, and the first rename wins.
 */
export async function initialise(data: DataFolder, binaries: Binaries, timeoutMs: number): Promise<void> {
  if (await isInitialised(data)) return;
  await withTemporaryFolder(data.root, async (temporary) => {
    const password = await storePassword(data, temporary);
    // PostgreSQL's user works in a folder of its own, in which it also finds the password for a moment.
    const passwordFile = join(temporary, "password-for-initdb");
    await writeFile(passwordFile, password, { mode: 0o600, flag: "wx" });
    if (data.identity) {
      await chown(passwordFile, data.identity.uid, data.identity.gid);
      await chown(temporary, data.identity.uid, data.identity.gid);
    }
    const made = join(temporary, "data");
    try {
      await runInitdb(data, binaries, { made, passwordFile, timeoutMs });
    } finally {
      await rm(passwordFile, { force: true });
    }
    await unlessCode(rename(made, data.postgres), "ENOTEMPTY", "EEXIST", "EPERM");
    await syncFolder(data.root);
  });
  if (await isInitialised(data)) return;
  throw new PostgresStartFailed(`${data.postgres} holds something that is not PostgreSQL data. Move it away first.`);
}

async function runInitdb(
  data: DataFolder,
  binaries: Binaries,
  options: { made: string; passwordFile: string; timeoutMs: number },
): Promise<void> {
  const args = [
    `--pgdata=${options.made}`,
    `--username=${superuser}`,
    `--pwfile=${options.passwordFile}`,
    "--auth-local=scram-sha-256",
    "--auth-host=scram-sha-256",
    "--data-checksums",
    "--encoding=UTF8",
    // The builtin provider sorts by code point, the same on every machine and for ever; "C" serves the rest.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
  ];
  let child: ChildProcess | undefined;
  const killWithUs = () => child?.kill("SIGKILL");
  process.once("exit", killWithUs);
  try {
    const { identity } = data;
    const onSpawn = (spawned: ChildProcess) => {
      child = spawned;
    };
    const ending = await runToEnd(binaries.initdb, args, { identity, timeoutMs: options.timeoutMs, onSpawn });
    if (ending.code === 0) return;
    throw new PostgresStartFailed(`Could not create the database in ${data.root}. initdb said:\n${ending.output}`);
  } finally {
    process.off("exit", killWithUs);
  }
}

/** Stores a new random password unless there is one already, whole or not at all, and returns the stored one. */
async function storePassword(data: DataFolder, temporary: string): Promise<string> {
  const draft = join(temporary, "password");
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${randomBytes(passwordBytes).toString("base64url")}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // link, unlike rename, never replaces what another start has stored meanwhile.
  await unlessCode(link(draft, data.password), "EEXIST");
  await rm(draft);
  return readPassword(data);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}
