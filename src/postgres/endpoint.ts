import { createHash } from "node:crypto";
import { lchown, lstat, mkdir, rmdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type DataFolder, ensurePrivateFolder } from "./data-folder.ts";
import { PostgresStartFailed, unlessCode } from "./errors.ts";

/** Where a server listens: a folder for its unix socket, or (on Windows) a loopback address. */
export interface Endpoint {
  host: string;
  port: number;
}

const socketPort = 5432;
/** The kernel allows 107 bytes on Linux and 103 on macOS. */
const socketPathBytesMax = 100;

/** Chooses where to listen. Always the same place for the same data, except for the port on Windows. */
export async function chooseEndpoint(data: DataFolder): Promise<Endpoint> {
  if (process.platform === "win32") return { host: "127.0.0.1", port: await freePort() };
  const folder = join(data.root, "postgres-socket");
  const length = Buffer.byteLength(socketPath(folder));
  return { host: length <= socketPathBytesMax ? folder : shortFolder(data), port: socketPort };
}

/** The socket's file in its folder. */
export function socketPath(folder: string): string {
  return join(folder, `.s.PGSQL.${socketPort}`);
}

/** Creates the socket's folder, closed to everyone but PostgreSQL's user (and root). */
export async function prepareEndpoint(data: DataFolder, endpoint: Endpoint): Promise<void> {
  if (process.platform === "win32") return;
  if (endpoint.host.startsWith(`${data.root}/`)) return ensurePrivateFolder(endpoint.host, data.identity);
  // Everyone may create names in /tmp: what is there already is used only if nobody else can have made it.
  await unlessCode(mkdir(endpoint.host, { mode: 0o700 }), "EEXIST");
  const found = await lstat(endpoint.host);
  const wantedUid = data.identity?.uid ?? process.getuid?.();
  const uids = [wantedUid, process.getuid?.()];
  if (!found.isDirectory() || !uids.includes(found.uid) || (found.mode & 0o077) !== 0) {
    throw new PostgresStartFailed(
      `${endpoint.host} is needed for PostgreSQL's socket (the path of ${data.root} is too long to hold it), but it ` +
        "was made by someone else. Remove it, or choose a shorter GUILDHALL_DATA.",
    );
  }
  if (data.identity && found.uid !== wantedUid) await lchown(endpoint.host, data.identity.uid, data.identity.gid);
}

/** Removes a socket folder outside of the data folder, after the server has gone. */
export async function cleanUpEndpoint(data: DataFolder, endpoint: Endpoint): Promise<void> {
  if (endpoint.host === shortFolder(data)) await rmdir(endpoint.host).catch(() => {});
}

/** Not os.tmpdir(): that depends on the environment, and it may itself be too long. */
function shortFolder(data: DataFolder): string {
  const uid = data.identity?.uid ?? process.getuid?.() ?? 0;
  const hash = createHash("sha256").update(`${uid}:${data.root}`).digest("hex").slice(0, 20);
  return `/tmp/guildhall-${hash}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
