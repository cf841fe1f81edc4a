import type { Limits } from "./limits.ts";

/** Where things stand inside the sandbox. */
export const inside = {
  workspace: "/workspace",
  /** File systems that live in memory and can be written to. */
  inMemory: ["/tmp", "/dev/shm"],
  programs: "/opt/guildhall",
  node: "/opt/guildhall/node",
  /** Named so that Node reads it as a module, with types or without. */
  forwarder: "/opt/guildhall/forwarder.mts",
  /** Where the forwarder listens; the network of a sandbox is its own, so no two runs meet there. */
  proxyPort: "3128",
  proxyFolder: "/run/guildhall",
} as const;

/** The user inside; outside it is whoever runs bubblewrap. */
const insideId = "1000";
const sharedMemoryBytes = 64 * 1024 ** 2;
const openFilesMax = 4_096;
const lockedBytesMax = 64 * 1024;
const queuedBytesMax = 64 * 1024;
const reservedBytesMax = 1024 ** 3;

/** What of the machine every run sees; found once. */
export interface Shown {
  /** bubblewrap's options for the system's programs, our /etc, and what we bring along. */
  readonly options: readonly string[];
  /** The operator's folders, shown after all that could hide them. */
  readonly folders: readonly string[];
  /** Folders of programs, in the order they are searched. */
  readonly searched: readonly string[];
}

/** The descriptors that bubblewrap is started with, besides the three of the program itself. */
export const descriptor = { options: 3, status: 4, setUp: 5, filter: 6, go: 7 } as const;
export const pipeCount = 8;

/** One run's part of the options. */
export interface RunOptions {
  readonly workspaceFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly temporaryBytes: number;
  /** The folder with the proxy's socket, for a run that may use one. */
  readonly proxyFolder: string | undefined;
}

/** bubblewrap's options for one run, as they are sent through a descriptor: a command line can be read by everybody. */
export function bubblewrapOptions(shown: Shown, run: RunOptions): Buffer {
  const options = [
    ...["--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"],
    ...["--uid", insideId, "--gid", insideId, "--hostname", "sandbox", "--cap-drop", "ALL"],
    ...["--json-status-fd", String(descriptor.status), "--block-fd", String(descriptor.setUp)],
    ...["--seccomp", String(descriptor.filter)],
    ...shown.options,
    ...["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"],
    ...["--size", String(sharedMemoryBytes), "--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev"],
    ...["--size", String(run.temporaryBytes), "--perms", "1777", "--tmpfs", "/tmp"],
    ...["--dir", "/run", "--dir", "/var", "--symlink", "/tmp", "/var/tmp"],
    ...shown.folders.flatMap((folder) => ["--ro-bind", folder, folder]),
    ...["--bind", run.workspaceFolder, inside.workspace, "--chdir", inside.workspace],
    ...(run.proxyFolder === undefined ? [] : ["--ro-bind", run.proxyFolder, inside.proxyFolder]),
    // Last of all, because everything above makes its own places below it.
    ...["--remount-ro", "/"],
    ...Object.entries(environmentOf(shown, run)).flatMap(([name, value]) => ["--setenv", name, value]),
  ];
  // One of them would end an option early, and what follows it would be an option of the caller's choice.
  if (options.some((option) => option.includes("\0"))) throw new TypeError("No option of a run may hold a NUL.");
  return Buffer.from(options.map((option) => `${option}\0`).join(""));
}

const proxyAddress = `http://127.0.0.1:${inside.proxyPort}`;
const proxyVariables = {
  ...{ HTTPS_PROXY: proxyAddress, https_proxy: proxyAddress, HTTP_PROXY: proxyAddress, http_proxy: proxyAddress },
  ...{ NO_PROXY: "localhost,127.0.0.1,::1", no_proxy: "localhost,127.0.0.1,::1" },
  // Node's own fetch looks at the variables above only when told to.
  NODE_USE_ENV_PROXY: "1",
};

function environmentOf(shown: Shown, run: RunOptions): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: shown.searched.join(":"),
    HOME: "/tmp",
    TMPDIR: "/tmp",
    USER: "worker",
    LANG: "C.UTF-8",
    ...(run.proxyFolder === undefined ? {} : proxyVariables),
    ...run.environment,
  };
  for (const name of Object.keys(environment)) {
    if (name === "" || name.includes("=")) throw new TypeError(`${JSON.stringify(name)} cannot name a variable.`);
  }
  return environment;
}

/**
 * The last gate before the program: says that the sandbox stands, and waits for our word. bubblewrap's own gate opens
 * when the server dies meanwhile; this one does not, and from here on the sandbox dies with the server.
 */
const lastGate = `echo here >&${descriptor.go} && read go <&${descriptor.go} && exec ${descriptor.go}<&- && exec "$@"`;

/**
 * The command that sets what limits a process carries itself and becomes the program. A process can only lower them,
 * and so can we: `ceilings` are our own. Without control groups one process alone cannot have much more memory than the
 * whole run (the rest is for what runtimes set aside and never touch); the sum is watched.
 */
export function limitedCommand(
  prlimit: string,
  limits: Limits,
  ceilings: Ceilings,
  isMemoryWatched: boolean,
): string[] {
  const wanted = {
    core: 0,
    // A second more than the run has, so that the watch sees the limit exceeded first and says so.
    cpu: Math.ceil(limits.cpuMs / 1_000) + 1,
    fsize: limits.diskBytes,
    nofile: openFilesMax,
    nproc: limits.processes,
    memlock: lockedBytesMax,
    msgqueue: queuedBytesMax,
    ...(isMemoryWatched ? { data: limits.memoryBytes + reservedBytesMax } : {}),
  };
  const set = Object.entries(wanted).map(([name, value]) => `--${name}=${Math.min(value, ceilings[name] ?? value)}`);
  return ["/bin/sh", "-c", lastGate, "sh", prlimit, ...set, "--"];
}

/** The limits that our own process carries and cannot raise, by prlimit's names for them. */
export type Ceilings = Readonly<Record<string, number>>;

const ceilingNames: Readonly<Record<string, string>> = {
  "Max cpu time": "cpu",
  "Max file size": "fsize",
  "Max data size": "data",
  "Max processes": "nproc",
  "Max open files": "nofile",
  "Max locked memory": "memlock",
  "Max msgqueue size": "msgqueue",
};

/** Reads them from the text of /proc/self/limits. */
export function readCeilings(text: string): Ceilings {
  const found = text.split("\n").flatMap((line) => {
    const [, title = "", hard = ""] = /^(\S+(?: \S+)*) {2,}\S+ +(\S+)/.exec(line) ?? [];
    const name = ceilingNames[title];
    return name !== undefined && /^\d+$/.test(hard) ? [[name, Number(hard)] as const] : [];
  });
  return Object.fromEntries(found);
}

/** The command that gives a program its way to our proxy and becomes its parent. */
export function forwardedCommand(socketName: string): string[] {
  return [inside.node, inside.forwarder, `${inside.proxyFolder}/${socketName}`, inside.proxyPort];
}
