import { mkdir, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { startOf } from "./processes.ts";
import type { Sandbox } from "./sandbox.ts";

/** A folder in which this process may have workspaces. */
export interface WorkspacesFolder {
  readonly path: string;
  /** Removes the folder if nothing is left in it. */
  close(): Promise<void>;
}

/** Open for passing, so that the user whom root lends programs reaches what is below, but not for listing. */
const folderMode = 0o711;

/**
 * Makes a folder for this process's workspaces below `parent`, and removes what processes that have ended left there. It
 * bears the process's number and the moment it started, so that another that is still at work loses nothing.
 */
export async function openWorkspacesFolder(
  sandbox: Sandbox,
  parent: string,
  onLeft: (folder: string, error: Error) => void,
): Promise<WorkspacesFolder> {
  const own = join(parent, await nameOf(process.pid));
  await mkdir(own, { recursive: true, mode: folderMode });
  for (const name of await readdir(parent)) {
    const isAtWork = name === (await nameOf(Number.parseInt(name, 10)));
    if (isAtWork) continue;
    const folder = join(parent, name);
    await empty(sandbox, folder).catch((error: Error) => onLeft(folder, error));
  }
  return { path: own, close: () => rmdir(own).catch(() => undefined) };
}

async function nameOf(pid: number): Promise<string> {
  return `${pid}-${(await startOf(pid)) ?? "ended"}`;
}

async function empty(sandbox: Sandbox, folder: string): Promise<void> {
  for (const name of await readdir(folder)) await sandbox.removeWorkspace(join(folder, name));
  await rmdir(folder);
}
