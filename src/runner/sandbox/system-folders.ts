import { chmod, lstat, mkdir, readFile, readlink, realpath, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Top folders of the system that hold programs and libraries. On most systems all but /usr are links into it. */
const programFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/**
 * What programs need of /etc and what is anybody's to read. Everything else in the sandbox's /etc is made by us: no
 * shadow, no keys, no host names, no configuration of the machine's services.
 */
const publicSettings = [
  "/etc/alternatives",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/localtime",
  "/etc/mime.types",
  "/etc/pki/tls/certs",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
];

const ownSettings: Readonly<Record<string, string>> = {
  passwd:
    "root:x:0:0:root:/:/bin/false\nworker:x:1000:1000:worker:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
  group: "root:x:0:\nworker:x:1000:\nnogroup:x:65534:\n",
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
  hostname: "sandbox\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
  "resolv.conf": "",
};

/** Writes the sandbox's own /etc into that folder, with a place for each public setting, and says how to show it. */
export async function prepareSettings(folder: string): Promise<string[]> {
  await makeFolder(folder, 0o755);
  for (const [name, text] of Object.entries(ownSettings)) await makeFile(join(folder, name), text);
  const shown = ["--ro-bind", folder, "/etc"];
  for (const path of publicSettings) {
    const kind = await stat(path).catch(() => undefined);
    if (kind === undefined) continue;
    const names = path.split("/").slice(2);
    const folders = kind.isDirectory() ? names : names.slice(0, -1);
    for (const depth of folders.keys()) await makeFolder(join(folder, ...folders.slice(0, depth + 1)), 0o755);
    if (!kind.isDirectory()) await makeFile(join(folder, ...names), "");
    shown.push("--ro-bind-try", path, path);
  }
  return shown;
}

/** Makes a folder with exactly that mode, whatever the umask; one that exists gets it. */
export async function makeFolder(path: string, mode: number): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, mode);
}

/**
 * Makes a file that everybody may read. One that is as wanted stays untouched, and another is replaced in one step,
 * because programs may be looking at it.
 */
export async function makeFile(path: string, content: string | Uint8Array): Promise<void> {
  const old = await readFile(path).catch(() => undefined);
  if (old?.equals(Buffer.from(content))) return;
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, content);
  await chmod(fresh, 0o644);
  await rename(fresh, path);
}

/** How to show the system's programs and libraries, read-only. */
export async function programFoldersShown(): Promise<string[]> {
  const shown: string[] = [];
  for (const path of programFolders) {
    const kind = await lstat(path).catch(() => undefined);
    if (kind?.isSymbolicLink()) shown.push("--symlink", await readlink(path), path);
    else if (kind?.isDirectory()) shown.push("--ro-bind", path, path);
  }
  return shown;
}

/** The folder in which the sandbox would show that path, if the path lies in one. */
export async function shownFolderOf(path: string, extraFolders: readonly string[]): Promise<string | undefined> {
  const real = await realpath(path);
  for (const folder of [...programFolders, ...publicSettings, ...extraFolders]) {
    const shown = await realpath(folder).catch(() => undefined);
    if (shown !== undefined && (real === shown || real.startsWith(shown === "/" ? "/" : `${shown}/`))) return folder;
  }
  return undefined;
}
