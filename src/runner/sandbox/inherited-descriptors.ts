import { openSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { SandboxRefused } from "./errors.ts";

/** O_CLOEXEC in the octal flags of /proc/<pid>/fdinfo, the same on every machine we know. */
const closesOnExec = 0o2000000;
const firstOfOurs = 3;
const descriptorMax = 8_192;

/** /dev/null, open as long as this process lives: a number closed meanwhile would soon name something else. */
let nothing: number | undefined;

/**
 * The pipes for `spawn`, so that a program gets these and nothing else. Whoever started the server may have left more
 * open in it, which every program it starts would inherit; there it gets /dev/null. Node itself leaves none such open.
 */
export async function stdioWithoutInheritance(pipes: number): Promise<("pipe" | "ignore" | number)[]> {
  const inherited = await inheritedDescriptors();
  const length = Math.max(pipes, ...inherited.map((number) => number + 1));
  nothing ??= openSync("/dev/null", "r+");
  const inPlace = (number: number) => (inherited.includes(number) ? nothing : undefined);
  return Array.from({ length }, (_, number) => (number < pipes ? "pipe" : (inPlace(number) ?? "ignore")));
}

async function inheritedDescriptors(): Promise<number[]> {
  const inherited: number[] = [];
  for (const name of await readdir("/proc/self/fdinfo")) {
    const number = Number(name);
    if (number < firstOfOurs) continue;
    const flags = /^flags:\s+(\d+)$/m.exec(await readFile(`/proc/self/fdinfo/${name}`, "utf8").catch(() => ""))?.[1];
    if (flags === undefined || (Number.parseInt(flags, 8) & closesOnExec) !== 0) continue;
    if (number > descriptorMax) throw new SandboxRefused(`The server was started with descriptor ${number} open.`);
    inherited.push(number);
  }
  return inherited;
}
