import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { PostgresStartFailed, unlessCode } from "./errors.ts";
import { runToEnd, type ServerIdentity } from "./processes.ts";

const candidates = ["guildhall", "postgres", "nobody"] as const;
const probeTimeoutMs = 10_000;

/**
 * The user PostgreSQL must run as: undefined means ourselves. PostgreSQL refuses uid 0, so root lends it another:
 * whoever owns the data already, else the first of `guildhall`, `postgres` and `nobody` that exists.
 */
export async function chooseServerIdentity(postgresFolder: string): Promise<ServerIdentity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = await systemUsers();
  // The data keeps its owner even if a better candidate has been installed since.
  const existing = await unlessCode(stat(postgresFolder), "ENOENT", "ENOTDIR");
  if (existing && existing.uid !== 0) {
    const name = users.find((user) => user.uid === existing.uid)?.name ?? String(existing.uid);
    return { name, uid: existing.uid, gid: existing.gid };
  }
  for (const name of candidates) {
    const user = users.find((candidate) => candidate.name === name);
    if (user && user.uid !== 0) return user;
  }
  throw new PostgresStartFailed(
    "PostgreSQL refuses to run as root, and none of the users guildhall, postgres and nobody exists here. " +
      "Create one (useradd --system guildhall), or start the server as an ordinary user.",
  );
}

async function systemUsers(): Promise<ServerIdentity[]> {
  const text = (await unlessCode(readFile("/etc/passwd", "utf8"), "ENOENT")) ?? "";
  return text.split("\n").flatMap((line) => {
    const [name, , uid, gid] = line.split(":");
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * The topmost folder on the way to `folder` (which must exist) that this user may not enter, or undefined.
 * Asked by really going there as that user: modes alone do not know about ACLs, mounts or container mappings.
 */
export async function firstUnreachable(folder: string, identity: ServerIdentity): Promise<string | undefined> {
  const script = 'i=0; for folder; do cd -- "$folder" 2>/dev/null || exit $((i + 10)); i=$((i + 1)); done';
  const way = withParents(folder);
  // The number of the folder comes back as the exit status, so that no path has to survive being printed.
  const probe = await runToEnd("/bin/sh", ["-c", script, "sh", ...way], { identity, timeoutMs: probeTimeoutMs });
  if (probe.code === 0) return undefined;
  if (probe.code !== null && probe.code >= 10) return way[probe.code - 10] ?? folder;
  throw new PostgresStartFailed(`Could not run a program as the user ${identity.name}: ${probe.output}`);
}

/** A folder and all above it, from the root down. */
export function withParents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [...withParents(parent), folder];
}
