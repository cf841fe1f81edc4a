import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { seccompFilter } from "../../src/runner/sandbox/seccomp.ts";

const allow = 0x7fff0000;
const killed = 0x80000000;
const errno = (name: keyof typeof constants.errno): number => 0x00050000 | constants.errno[name];
const machines = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

/** The kernel's classic BPF, as far as seccomp filters go: answers for one call. */
function decide(filter: Buffer, machine: number, number: number, ...args: readonly (number | bigint)[]): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(machine, 4);
  for (const [index, value] of args.entries()) data.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 16 + 8 * index);
  let held = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const [code, whenTrue, whenFalse] = [filter.readUInt16LE(at), filter.readUInt8(at + 2), filter.readUInt8(at + 3)];
    const value = filter.readUInt32LE(at + 4);
    if (code === 0x06) return value;
    if (code === 0x20) held = data.readUInt32LE(value);
    else if (code === 0x54) held = (held & value) >>> 0;
    else {
      const holds: Record<number, boolean> = { 21: held === value, 53: held >= value, 69: (held & value) !== 0 };
      at += 8 * ((holds[code] ? whenTrue : whenFalse) ?? Number.NaN);
    }
  }
  throw new Error("The program ended without an answer.");
}

/** Numbers from the kernel's own tables, written down apart from ours. */
const numbers = {
  x64: {
    read: 0,
    execve: 59,
    clone: 56,
    socket: 41,
    ioctl: 16,
    ptrace: 101,
    mount: 165,
    keyctl: 250,
    bpf: 321,
    clone3: 435,
    memfd: 319,
    personality: 135,
  },
  arm64: {
    read: 63,
    execve: 221,
    clone: 220,
    socket: 198,
    ioctl: 29,
    ptrace: 117,
    mount: 40,
    keyctl: 219,
    bpf: 280,
    clone3: 435,
    memfd: 279,
    personality: 92,
  },
} as const;

describe.each(["x64", "arm64"] as const)("the filter for %s", (architecture) => {
  const filter = seccompFilter(architecture, "allowed");
  const call = numbers[architecture];
  const decided = (number: number, ...args: (number | bigint)[]) =>
    decide(filter, machines[architecture], number, ...args);

  it("lets ordinary work through", () => {
    const threads = 0x003d0f00;
    const calls = [
      [call.read],
      [call.execve],
      [call.clone, threads],
      [call.clone, 17],
      [call.ioctl, 1, 0x5413],
    ] as const;
    for (const [number, ...args] of calls) expect(decided(number, ...args)).toBe(allow);
    for (const family of [1, 2, 10]) expect(decided(call.socket, family, 0x80801, 0)).toBe(allow);
    expect(decided(call.socket, 2, 2, 17)).toBe(allow);
    expect(decided(call.personality, 0xffffffff)).toBe(allow);
  });

  it("refuses what it is there to refuse", () => {
    for (const number of [call.ptrace, call.mount, call.keyctl, call.bpf]) expect(decided(number)).toBe(errno("EPERM"));
    expect(decided(call.clone3)).toBe(errno("ENOSYS"));
    for (const flag of [0x00020000, 0x10000000, 0x20000000, 0x40000000]) {
      expect(decided(call.clone, flag | 17)).toBe(errno("EPERM"));
    }
    expect(decided(call.ioctl, 0, 0xffffffff_00005412n)).toBe(errno("EPERM"));
    expect(decided(call.socket, 38, 5, 0)).toBe(errno("EAFNOSUPPORT"));
    expect(decided(call.socket, 2, 3, 255)).toBe(errno("EPERM"));
    expect(decided(call.personality, 0x40000)).toBe(errno("EPERM"));
  });

  it("kills what calls by another machine's numbers", () => {
    expect(decide(filter, 0x40000003, call.read)).toBe(killed);
    expect(decide(filter, architecture === "x64" ? machines.arm64 : machines.x64, call.read)).toBe(killed);
  });

  it("refuses memory of nobody where memory is counted by looking at processes", () => {
    expect(decided(call.memfd)).toBe(allow);
    expect(decide(seccompFilter(architecture, "refused"), machines[architecture], call.memfd)).toBe(errno("EPERM"));
  });
});

it("the filter for x64 does not know the x32 numbers of calls", () => {
  expect(decide(seccompFilter("x64", "allowed"), machines.x64, 0x40000000 | 101)).toBe(errno("ENOSYS"));
});
