import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Limits } from "./limits.ts";

/** A control group made for one run: the kernel keeps its limits and counts what it used. */
export interface ControlGroup {
  /** Everything this process starts from now on is in the group too. */
  add(pid: number): Promise<void>;
  memoryPeakBytes(): Promise<number>;
  /** How often the kernel killed something in it for want of memory. */
  memoryKills(): Promise<number>;
  cpuMs(): Promise<number>;
  /** Once all its processes are dead. */
  remove(): Promise<void>;
}

export interface ControlGroups {
  readonly version: 1 | 2;
  create(limits: Pick<Limits, "memoryBytes" | "processes">): Promise<ControlGroup>;
}

/** Where a file system of control groups is mounted, and which part of it. */
interface Mount {
  readonly type: string;
  readonly root: string;
  readonly folder: string;
  readonly options: readonly string[];
}

/** bubblewrap itself is one process in the group. */
const ownProcesses = 1;
const removalAttemptsMax = 50;
const removalPauseMs = 4;
let count = 0;

/**
 * The control groups this process may make below its own (version 1), or below the nearest group above that may have
 * children with limits (version 2). Undefined where it may make none, as an ordinary user without delegation.
 */
export async function findControlGroups(): Promise<ControlGroups | undefined> {
  const mounts = await readMounts();
  const own = await readFile("/proc/self/cgroup", "utf8").catch(() => "");
  for (const host of [await versionTwo(mounts, own), await versionOne(mounts, own)]) {
    if (host !== undefined && (await works(host))) return host;
  }
  return undefined;
}

/** Makes a group and moves a process into it, which is what a machine may forbid although it lets groups be made. */
async function works(host: ControlGroups): Promise<boolean> {
  const group = await host.create({ memoryBytes: 1024 ** 3, processes: 100 }).catch(() => undefined);
  if (group === undefined) return false;
  // Waits for its input, which never comes.
  const child = spawn("/bin/sh", ["-c", "read -r line"], { env: {}, stdio: ["pipe", "ignore", "ignore"] });
  const ended = once(child, "close");
  try {
    if (child.pid === undefined) return false;
    await group.add(child.pid);
    const [peakBytes] = await Promise.all([group.memoryPeakBytes(), group.memoryKills(), group.cpuMs()]);
    return Number.isFinite(peakBytes);
  } catch {
    return false;
  } finally {
    child.kill("SIGKILL");
    await ended.catch(() => {});
    await group.remove().catch(() => {});
  }
}

async function versionOne(mounts: readonly Mount[], own: string): Promise<ControlGroups | undefined> {
  const parentFor = (controller: string): string | undefined => {
    const mount = mounts.find(({ type, options }) => type === "cgroup" && options.includes(controller));
    const line = own.split("\n").find((each) => each.split(":")[1]?.split(",").includes(controller));
    return mount && line && folderOf(mount, line);
  };
  const [memory, pids, cpu] = [parentFor("memory"), parentFor("pids"), parentFor("cpuacct")];
  if (memory === undefined || pids === undefined) return undefined;
  const parents = [...new Set([memory, pids, ...(cpu === undefined ? [] : [cpu])])];
  for (const parent of parents) if (!(await isWritable(parent))) return undefined;
  await removeLeftovers(parents);
  return {
    version: 1,
    async create({ memoryBytes, processes }) {
      const name = nextName();
      const folders = parents.map((parent) => join(parent, name));
      for (const folder of folders) await mkdir(folder);
      const [inMemory, inPids, inCpu] = [join(memory, name), join(pids, name), cpu && join(cpu, name)];
      await writeFile(join(inMemory, "memory.limit_in_bytes"), String(memoryBytes));
      // Memory and swap together; missing where the kernel does not count swap.
      await writeFile(join(inMemory, "memory.memsw.limit_in_bytes"), String(memoryBytes)).catch(() => {});
      await writeFile(join(inPids, "pids.max"), String(processes + ownProcesses));
      return {
        add: async (pid) => {
          for (const folder of folders) await writeFile(join(folder, "cgroup.procs"), String(pid));
        },
        memoryPeakBytes: async () => Number(await readFile(join(inMemory, "memory.max_usage_in_bytes"), "utf8")),
        memoryKills: async () => numberAfter("oom_kill", await readFile(join(inMemory, "memory.oom_control"), "utf8")),
        cpuMs: async () => (inCpu ? Number(await readFile(join(inCpu, "cpuacct.usage"), "utf8")) / 1e6 : 0),
        remove: () => removeGroups(folders),
      };
    },
  };
}

async function versionTwo(mounts: readonly Mount[], own: string): Promise<ControlGroups | undefined> {
  const mount = mounts.find(({ type }) => type === "cgroup2");
  const line = own.split("\n").find((each) => each.startsWith("0::"));
  const from = mount && line && folderOf(mount, line);
  if (mount === undefined || from === undefined) return undefined;
  const parent = await nearestParent(from, mount.folder);
  if (parent === undefined) return undefined;
  await removeLeftovers([parent]);
  return {
    version: 2,
    async create({ memoryBytes, processes }) {
      const folder = join(parent, nextName());
      const file = (name: string): string => join(folder, name);
      await mkdir(folder);
      await writeFile(file("memory.max"), String(memoryBytes));
      await writeFile(file("memory.swap.max"), "0").catch(() => {});
      // One of its processes is out of memory: all of them go. Older kernels do not know it; then we see to it.
      await writeFile(file("memory.oom.group"), "1").catch(() => {});
      await writeFile(file("pids.max"), String(processes + ownProcesses));
      return {
        add: (pid) => writeFile(file("cgroup.procs"), String(pid)),
        memoryPeakBytes: async () =>
          Number(await readFile(file("memory.peak"), "utf8").catch(() => readFile(file("memory.current"), "utf8"))),
        memoryKills: async () => numberAfter("oom_kill", await readFile(file("memory.events"), "utf8")),
        cpuMs: async () => numberAfter("usage_usec", await readFile(file("cpu.stat"), "utf8")) / 1_000,
        remove: () => removeGroups([folder]),
      };
    },
  };
}

/** A group with processes of its own can give its children no limits: then the one above it is asked. */
async function nearestParent(from: string, top: string): Promise<string | undefined> {
  for (let folder = from; folder.startsWith(top); folder = join(folder, "..")) {
    if (await givesLimits(folder)) return folder;
    if (folder === top) return undefined;
  }
  return undefined;
}

async function givesLimits(folder: string): Promise<boolean> {
  // Moving a process needs to write to the group that both its old and its new group are below.
  if (!(await isWritable(folder))) return false;
  const control = join(folder, "cgroup.subtree_control");
  const given = async (): Promise<boolean> => {
    const names = (await readFile(control, "utf8").catch(() => "")).trim().split(" ");
    return names.includes("memory") && names.includes("pids");
  };
  if (await given()) return true;
  await writeFile(control, "+memory +pids").catch(() => {});
  return given();
}

async function isWritable(folder: string): Promise<boolean> {
  const both = [access(folder, constants.W_OK), access(join(folder, "cgroup.procs"), constants.W_OK)];
  return Promise.all(both).then(
    () => true,
    () => false,
  );
}

function folderOf(mount: Mount, line: string): string {
  const path = line.slice(line.indexOf(":", line.indexOf(":") + 1) + 1);
  const below = mount.root !== "/" && path.startsWith(mount.root) ? path.slice(mount.root.length) : path;
  return join(mount.folder, below);
}

async function readMounts(): Promise<Mount[]> {
  const text = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const [mount = "", system = ""] = line.split(" - ");
    const [, , , root, folder] = mount.split(" ");
    const [type, , options] = system.split(" ");
    return root && folder && type && options ? [{ type, root, folder, options: options.split(",") }] : [];
  });
}

function nextName(): string {
  count++;
  return `guildhall-${process.pid}-${count}`;
}

/** Groups of servers that were killed, with what may still be running in them. */
async function removeLeftovers(parents: readonly string[]): Promise<void> {
  for (const parent of parents) {
    for (const name of await readdir(parent).catch(() => [])) {
      const server = /^guildhall-(\d+)-\d+$/.exec(name)?.[1];
      if (server === undefined || (await exists(`/proc/${server}`))) continue;
      const pids = await readFile(join(parent, name, "cgroup.procs"), "utf8").catch(() => "");
      for (const pid of pids.split("\n").map(Number)) if (pid > 0) kill(pid);
      await removeGroups([join(parent, name)]).catch(() => {});
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The dead leave their group a little after they died. */
async function removeGroups(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (let attempt = 1; ; attempt++) {
      try {
        await rmdir(folder);
        break;
      } catch (error) {
        if (attempt === removalAttemptsMax) throw error;
        await new Promise((resolve) => setTimeout(resolve, removalPauseMs));
      }
    }
  }
}

function numberAfter(name: string, text: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}
