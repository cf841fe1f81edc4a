import type { StdioOptions } from "node:child_process";
import { constants } from "node:fs";
import { access, readFile, realpath } from "node:fs/promises";
import { release } from "node:os";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Ceilings, inside, pipeCount, readCeilings, type Shown } from "./arguments.ts";
import { type ControlGroups, findControlGroups } from "./cgroups.ts";
import { SandboxRefused } from "./errors.ts";
import { chooseIdentity, type Identity, readableBy } from "./identity.ts";
import { stdioWithoutInheritance } from "./inherited-descriptors.ts";
import { seccompFilter } from "./seccomp.ts";
import { makeFile, makeFolder, prepareSettings, programFoldersShown, shownFolderOf } from "./system-folders.ts";

/** What the sandbox stands on, on this machine. */
export interface Ground {
  readonly bubblewrap: string;
  readonly prlimit: string;
  readonly identity: Identity | undefined;
  /** Undefined: memory and processor time are watched from outside instead. */
  readonly groups: ControlGroups | undefined;
  readonly filter: Buffer;
  readonly shown: Shown;
  readonly ceilings: Ceilings;
  readonly stdio: StdioOptions;
  /** Whether programs find our own Node inside. */
  readonly hasNode: boolean;
}

export interface SandboxOptions {
  /** For the sandbox's own small files. Its parent must exist; as root it must be open for passing to other users. */
  readonly folder: string;
  /** Folders of the machine that programs may read besides the system's own, at the same path; a `bin` in one is searched. */
  readonly readOnlyFolders?: readonly string[];
}

const searchedForOurs = ["/usr/local/bin", "/usr/bin", "/bin"];
const searchedInside = ["/usr/local/bin", "/usr/bin", "/bin"];
/** Process limits count per user namespace from there on. */
const kernelMin = { major: 5, minor: 14 };
/** Showing one of these would undo the sandbox. */
const neverShown = ["/", "/dev", "/etc", "/home", "/proc", "/root", "/run", "/sys", "/tmp", "/var"];

/** Finds everything the sandbox needs, or throws `SandboxRefused` with what is missing. Runs nothing in it yet. */
export async function findGround(options: SandboxOptions): Promise<Ground> {
  const architecture = process.arch;
  if (process.platform !== "linux") throw new SandboxRefused("The sandbox needs Linux.");
  if (architecture !== "x64" && architecture !== "arm64") {
    throw new SandboxRefused(`The sandbox knows the system calls of x86-64 and arm64, not of ${architecture}.`);
  }
  refuseOldKernel();
  const bubblewrap = await programNamed(
    "bwrap",
    "Install bubblewrap (0.8 or newer), for example: apt-get install bubblewrap",
  );
  const prlimit = await programNamed("prlimit", "Install util-linux.");
  const identity = await chooseIdentity();
  const folders = await readOnlyFolders(options);
  // 711, so that the user whom root lends programs reaches what is below but cannot list it.
  await makeFolder(options.folder, 0o711);
  const settings = await prepareSettings(join(options.folder, "etc"));
  const node = await realpath(process.execPath);
  const forwarder = join(options.folder, basename(inside.forwarder));
  await makeFile(forwarder, await readFile(ownFile("forwarder")));
  const readable = await readableBy(identity, [options.folder, join(options.folder, "etc"), node, ...folders]);
  if (!readable.has(join(options.folder, "etc"))) {
    throw new SandboxRefused(
      `Started as root, programs run as another user, who must be able to pass through every folder above ${options.folder}.`,
    );
  }
  const closed = folders.find((folder) => !readable.has(folder));
  if (closed !== undefined) throw new SandboxRefused(`Programs are to see ${closed}, but their user may not read it.`);
  const groups = await findControlGroups();
  const hasNode = readable.has(node);
  return {
    bubblewrap,
    prlimit,
    identity,
    groups,
    filter: seccompFilter(architecture, groups === undefined ? "refused" : "allowed"),
    shown: {
      options: [
        ...(await programFoldersShown()),
        ...settings,
        ...(hasNode ? ["--ro-bind", node, inside.node, "--ro-bind", forwarder, inside.forwarder] : []),
      ],
      folders,
      searched: [inside.programs, ...folders.map((folder) => join(folder, "bin")), ...searchedInside],
    },
    ceilings: readCeilings(await readFile("/proc/self/limits", "utf8")),
    stdio: await stdioWithoutInheritance(pipeCount),
    hasNode,
  };
}

/** A neighbour of this file, as source or as it was built. */
function ownFile(name: string): string {
  return fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url));
}

function refuseOldKernel(): void {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  if (major > kernelMin.major || (major === kernelMin.major && minor >= kernelMin.minor)) return;
  throw new SandboxRefused(`The sandbox needs Linux ${kernelMin.major}.${kernelMin.minor} or newer, not ${release()}.`);
}

async function programNamed(name: string, advice: string): Promise<string> {
  for (const folder of searchedForOurs) {
    const path = join(folder, name);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new SandboxRefused(`The program ${name} is not in ${searchedForOurs.join(", ")}. ${advice}`);
}

/** The operator's folders, each checked not to show what must stay hidden. */
async function readOnlyFolders({ folder, readOnlyFolders = [] }: SandboxOptions): Promise<string[]> {
  const folders: string[] = [];
  for (const wanted of readOnlyFolders) {
    const real = await realpath(wanted).catch(() => undefined);
    if (real === undefined) throw new SandboxRefused(`Programs are to see ${wanted}, which does not exist.`);
    if (neverShown.includes(real))
      throw new SandboxRefused(`Programs must not see all of ${real}. Name a folder below it.`);
    folders.push(real);
  }
  const shown = await shownFolderOf(join(folder, ".."), folders);
  if (shown !== undefined) {
    throw new SandboxRefused(
      `Programs see ${shown}, and the server's own files in ${folder} lie in it. Keep them elsewhere.`,
    );
  }
  return folders;
}
