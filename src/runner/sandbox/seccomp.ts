import { constants } from "node:os";
import {
  answer,
  argument,
  assemble,
  type Block,
  callArchitecture,
  callNumber,
  ifAnyBit,
  ifAtLeast,
  ifEqual,
  keepBits,
  load,
  unlessEqual,
} from "./bpf.ts";
import { type Architecture, systemCalls } from "./system-calls.ts";

const auditArchitecture: Record<Architecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };
/** On x86-64, calls of the "x32" interface carry this bit: the same calls under other numbers. */
const x32Calls = 0x40000000;

const allow = answer(0x7fff0000);
const killProcess = answer(0x80000000);
const refuseWith = (errno: number): Block => answer(0x00050000 | errno);
const notPermitted = refuseWith(constants.errno.EPERM);
const noSuchCall = refuseWith(constants.errno.ENOSYS);
const noSuchFamily = refuseWith(constants.errno.EAFNOSUPPORT);
const noSuchProtocol = refuseWith(constants.errno.EPROTONOSUPPORT);

/** Every CLONE_NEW… flag that clone knows: mount, cgroup, UTS, IPC, user, PID and network namespaces. */
const newNamespaces = 0x7e020000;
const family = { unix: 1, inet: 2, inet6: 10, netlink: 16 };
const socketType = { stream: 1, datagram: 2, mask: 0xf };
const protocol = { default: 0, tcp: 6, udp: 17 };
/** Terminal requests that type on another's behalf or load a line discipline: TIOCSTI, TIOCLINUX, TIOCSETD. */
const terminalTricks = [0x5412, 0x541c, 0x5423];
/** Personalities: the ordinary one, and the question which it is. */
const harmlessPersonalities = [0, 0xffffffff];

/**
 * The seccomp filter of the sandbox, as bytes for `bwrap --seccomp`. Everything is allowed but what our lists name:
 * programs of tasks are compilers, interpreters and test suites, and nobody can say what they may need.
 * With `memoryOfNobody: "refused"`, memory that no process is seen to hold cannot be had at all.
 */
export function seccompFilter(architecture: Architecture, memoryOfNobody: "allowed" | "refused"): Buffer {
  const calls = systemCalls(architecture);
  const forbidden = memoryOfNobody === "refused" ? [...calls.forbidden, ...calls.memoryOfNobody] : calls.forbidden;
  return assemble([
    ...load(callArchitecture),
    ...unlessEqual(auditArchitecture[architecture], killProcess),
    ...load(callNumber),
    ...(architecture === "x64" ? ifAtLeast(x32Calls, noSuchCall) : []),
    ...ifEqual(calls.clone, [...load(argument(0)), ...ifAnyBit(newNamespaces, notPermitted), ...allow]),
    ...ifEqual(calls.ioctl, [
      ...load(argument(1)),
      ...terminalTricks.flatMap((request) => ifEqual(request, notPermitted)),
      ...allow,
    ]),
    ...ifEqual(calls.socket, sockets()),
    ...ifEqual(calls.socketpair, [...load(argument(0)), ...ifEqual(family.unix, allow), ...noSuchFamily]),
    ...ifEqual(calls.personality, [
      ...load(argument(0)),
      ...harmlessPersonalities.flatMap((value) => ifEqual(value, allow)),
      ...notPermitted,
    ]),
    ...calls.unknown.flatMap((number) => ifEqual(number, noSuchCall)),
    ...forbidden.flatMap((number) => ifEqual(number, notPermitted)),
    ...allow,
  ]);
}

/** UNIX sockets, TCP and UDP, and the question which network interfaces there are (netlink's routes). */
function sockets(): Block {
  const internet = [
    ...load(argument(1)),
    ...keepBits(socketType.mask),
    ...ifEqual(socketType.stream, onlyProtocols(protocol.default, protocol.tcp)),
    ...ifEqual(socketType.datagram, onlyProtocols(protocol.default, protocol.udp)),
    ...notPermitted,
  ];
  return [
    ...load(argument(0)),
    ...ifEqual(family.unix, allow),
    ...ifEqual(family.inet, internet),
    ...ifEqual(family.inet6, internet),
    ...ifEqual(family.netlink, onlyProtocols(protocol.default)),
    ...noSuchFamily,
  ];
}

function onlyProtocols(...allowed: number[]): Block {
  return [...load(argument(2)), ...allowed.flatMap((each) => ifEqual(each, allow)), ...noSuchProtocol];
}
