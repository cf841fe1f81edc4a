import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ServerFixture, startServerFixture } from "../support/sandbox-server.ts";
import { oldEntranceProgram, systemCallProgram } from "../support/system-call-program.ts";
import { openTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const opened = await openTestSandbox();
let box: TestSandbox;
beforeEach(() => {
  if (opened !== undefined) box = opened;
});
afterAll(() => opened?.close());

const planted = "planted-in-the-environment-of-the-server";
const { EPERM, ENOSYS, EAFNOSUPPORT, EPROTONOSUPPORT } = constants.errno;

async function said(script: string): Promise<string> {
  const result = await box.shell(script);
  return `${result.stdout}${result.stderr}`;
}

describe.skipIf(opened === undefined)("from inside the sandbox", () => {
  beforeAll(() => {
    process.env.SANDBOX_TEST_SECRET = planted;
  });
  afterAll(() => {
    delete process.env.SANDBOX_TEST_SECRET;
  });

  it("the server's environment cannot be read, from no process there is", async () => {
    const result = await said(
      'cat /proc/*/environ | tr "\\0" "\\n"; wc -c < /proc/1/environ; ls /proc | grep -c "^[0-9]"',
    );
    expect(result).not.toContain(planted);
    expect(result).toMatch(/^0$/m);
  });

  it("only the sandbox's own processes are seen, and none outside can be killed", async () => {
    const result = await said(`for pid in ${process.pid} ${process.ppid}; do kill -0 $pid; done; echo tried`);
    expect(result).toContain("tried");
    expect(result.match(/No such process/g)).toHaveLength(2);
    const pids = (await said("ls /proc")).split("\n").filter((name) => /^\d+$/.test(name));
    expect(pids.length).toBeLessThan(6);
  });

  it("nothing of the machine's settings can be written, and nothing of the system changed", async () => {
    const files = "/proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/self/oom_score_adj /proc/1/oom_score_adj";
    const folders = "/ /usr /etc /bin /dev /proc /run /var /opt/guildhall";
    const result = await said(
      `for f in ${files}; do (echo 1 > $f) 2>/dev/null && echo wrote $f; done
       for d in ${folders}; do touch $d/x 2>/dev/null && echo made $d/x; done
       (echo >> /opt/guildhall/node) 2>/dev/null && echo wrote node
       chmod u+w /usr 2>/dev/null && echo opened /usr; echo tried`,
    );
    expect(result).toBe("tried\n");
  });

  it("no file of the machine's users, services or of the server itself is there", async () => {
    const secret = join(box.folder, "secret");
    await writeFile(secret, planted, { mode: 0o666 });
    const paths = [secret, "/etc/shadow", "/root", "/home", "/var/lib", "/var/log", "/sys", "/boot", "/mnt", "/srv"];
    const own = [import.meta.filename, join(import.meta.dirname, "../../package.json"), "/run/dbus", "/var/run"];
    const all = [...paths, ...own];
    const ways = all.flatMap((path) => [
      path,
      `/proc/1/root${path}`,
      `/proc/self/root${path}`,
      `/proc/1/cwd/../..${path}`,
    ]);
    const result = await said(`for f in ${ways.join(" ")}; do [ -e $f ] && echo found $f; done; echo looked`);
    expect(result).toBe("looked\n");
    expect(await said("cat /etc/passwd")).toMatch(/^root:[^\n]*\nworker:[^\n]*\nnobody:[^\n]*\n$/);
    expect(await said("ls /tmp")).toBe("");
  });

  it("there are no devices but the harmless ones, and none can be made", async () => {
    const devices = (await said("ls /dev")).trim().split("\n");
    expect(devices).toEqual(expect.arrayContaining(["null", "random", "urandom", "zero"]));
    const harmless = /^(core|fd|full|null|ptmx|pts|random|shm|stderr|stdin|stdout|tty|urandom|zero)$/;
    expect(devices.filter((name) => !harmless.test(name))).toEqual([]);
    expect(await said("mknod disk b 8 0; mknod mem c 1 1; ls")).not.toMatch(/^(disk|mem)$/m);
    expect(await said("cat /dev/tty")).toContain("No such device");
  });

  it("programs run as nobody in particular: no capability, no way to gain one, no root's files", async () => {
    const status = await said("cat /proc/self/status");
    for (const name of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
      expect(status).toMatch(new RegExp(`^${name}:\\s+0+$`, "m"));
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    await box.shell("touch made");
    expect((await stat(join(box.workspace, "made"))).uid).not.toBe(0);
    expect((await stat(join(box.workspace, "made"))).uid).toBe((await stat(box.workspace)).uid);
    const suid = join(box.workspace, "suid");
    await writeFile(suid, "#!/bin/sh\nid -u\n");
    await chmod(suid, 0o4755);
    expect(await said("./suid; unshare -Ur id -u; su -c 'id -u'")).not.toMatch(/^0$/m);
  });

  it("the first process can be neither stopped nor looked into", async () => {
    const result = await said(
      "kill -STOP 1; kill -KILL 1; cat /proc/1/mem | wc -c; (echo > /proc/1/mem) 2>&1; echo goes on",
    );
    expect(result).toContain("goes on");
    expect(result).toContain("Read-only file system");
  });

  it("the server's open descriptors are not inherited", async () => {
    const fixture = await startServerFixture(box.folder, "descriptors");
    fixture.kill();
    expect(fixture.said).toBe("descriptor 40 leads to /dev/null\nready\n");
  });
});

describe.skipIf(opened === undefined)("the network", () => {
  let server: Server;
  let abstract: Server;
  let reached = 0;
  const name = `\0guildhall-test-${process.pid}`;
  const path = join(tmpdir(), `guildhall-test-${process.pid}.sock`);
  let local: Server;
  beforeAll(async () => {
    const count = () => {
      reached++;
    };
    [server, abstract, local] = [createServer(count), createServer(count), createServer(count)];
    await Promise.all([
      once(server.listen(0, "0.0.0.0"), "listening"),
      once(abstract.listen(name), "listening"),
      once(local.listen(path), "listening"),
    ]);
  });
  afterAll(() => {
    for (const each of [server, abstract, local]) each.close();
  });

  it("is not there: no host, no service on this machine, no socket by name or path", async () => {
    const { port } = server.address() as { port: number };
    const targets = [
      { port, host: "127.0.0.1" },
      { port, host: "::1" },
      { port: 80, host: "192.0.2.1" },
      { path: name },
      { path },
    ];
    const script = `for (const target of ${JSON.stringify(targets)}) {
      const socket = net.connect(target).on("connect", () => console.log("reached")).on("error", (e) => console.log(e.code));
    }
    dns.lookup("localhost.example.com", (e) => console.log(e ? "no name" : "resolved"));`;
    const result = await box.node(script);
    expect(result.stdout.toString()).not.toMatch(/reached|resolved/);
    expect(result.stdout.toString().trim().split("\n")).toHaveLength(targets.length + 1);
    expect(reached).toBe(0);
  });

  it("is there within the sandbox, so that a program can test its own server", async () => {
    const script = `const s = http.createServer((q, r) => r.end("mine")).listen(8080, "127.0.0.1", async () => {
      console.log(await (await fetch("http://127.0.0.1:8080")).text()); s.close(); s.closeAllConnections(); });`;
    expect((await box.node(script)).stdout.toString()).toBe("mine\n");
  });
});

/** Calls by number, chosen so that without the filter each would succeed or get another error. */
const calls: Readonly<Record<string, readonly [program: Buffer, exitCode: number]>> = {
  "ptrace(TRACEME)": [systemCallProgram(101, 0), EPERM],
  "ptrace(SEIZE, 1)": [systemCallProgram(101, 0x4206, 1), EPERM],
  process_vm_readv: [systemCallProgram(310, 1, 0, 0, 0, 0, 0), EPERM],
  kcmp: [systemCallProgram(312, 1, 1, 0, 0, 0), EPERM],
  "unshare(0)": [systemCallProgram(272, 0), EPERM],
  "clone(NEWUSER)": [systemCallProgram(56, 0x10000000 | 17, 0), EPERM],
  clone3: [systemCallProgram(435, 0, 0), ENOSYS],
  setns: [systemCallProgram(308, -1, 0), EPERM],
  mount: [systemCallProgram(165, 0, 0, 0, 0, 0), EPERM],
  fsopen: [systemCallProgram(430, 0, 0), EPERM],
  keyctl: [systemCallProgram(250, 0, -1, 1), EPERM],
  add_key: [systemCallProgram(248, 0, 0, 0, 0, 0), EPERM],
  bpf: [systemCallProgram(321, 999, 0, 0), EPERM],
  perf_event_open: [systemCallProgram(298, 0, 0, -1, -1, 0), EPERM],
  userfaultfd: [systemCallProgram(323, 1), EPERM],
  io_uring_setup: [systemCallProgram(425, 1, 0), ENOSYS],
  io_uring_enter: [systemCallProgram(426, 0, 0, 0, 0, 0, 0), ENOSYS],
  finit_module: [systemCallProgram(313, 0, 0, 0), EPERM],
  kexec_load: [systemCallProgram(246, 0, 0, 0, 0), EPERM],
  "personality(ADDR_NO_RANDOMIZE)": [systemCallProgram(135, 0x40000), EPERM],
  "ioctl(TIOCSTI)": [systemCallProgram(16, 0, 0x5412, 0), EPERM],
  "ioctl(TIOCLINUX)": [systemCallProgram(16, 0, 0x541c, 0), EPERM],
  // The kernel looks at the lower half of the request alone.
  "ioctl(TIOCSTI, disguised)": [systemCallProgram(16, 0, 0x1_0000_5412n, 0), EPERM],
  "socket(AF_ALG)": [systemCallProgram(41, 38, 5, 0), EAFNOSUPPORT],
  "socket(AF_VSOCK)": [systemCallProgram(41, 40, 1, 0), EAFNOSUPPORT],
  "socket(AF_PACKET)": [systemCallProgram(41, 17, 3, 0), EAFNOSUPPORT],
  "socket(AF_NETLINK, audit)": [systemCallProgram(41, 16, 3, 9), EPROTONOSUPPORT],
  "socket(AF_INET, raw)": [systemCallProgram(41, 2, 3, 1), EPERM],
  "socket(AF_INET, SCTP)": [systemCallProgram(41, 2, 1, 132), EPROTONOSUPPORT],
  "socketpair(AF_TIPC)": [systemCallProgram(53, 30, 1, 0, 0), EAFNOSUPPORT],
  "getpid by its x32 number": [systemCallProgram(0x40000000 + 39), ENOSYS],
  "getpid by the 32-bit entrance": [oldEntranceProgram(), 128 + constants.signals.SIGSYS],
  "socket(AF_INET), which is allowed": [systemCallProgram(41, 2, 1, 0), 0],
  "socket(AF_UNIX), which is allowed": [systemCallProgram(41, 1, 1, 0), 0],
  "personality(0xffffffff), which is allowed": [systemCallProgram(135, 0xffffffff), 0],
};

describe.skipIf(opened === undefined || process.arch !== "x64")("the kernel refuses", () => {
  let codes: Map<string, number>;
  beforeAll(async () => {
    if (opened === undefined) return;
    const folder = join(opened.workspace, "calls");
    await mkdir(folder);
    const names = Object.keys(calls);
    for (const [index, [program]] of Object.values(calls).entries()) {
      await writeFile(join(folder, String(index)), program, { mode: 0o755 });
    }
    await chmod(folder, 0o755);
    const result = await opened.shell(
      'i=0; while [ -e calls/$i ]; do calls/$i; echo "$i $?"; i=$((i+1)); done 2>/dev/null',
    );
    const lines = result.stdout.toString().trim().split("\n");
    codes = new Map(lines.map((line) => [names[Number(line.split(" ")[0])] ?? "", Number(line.split(" ")[1])]));
  });
  for (const [name, [, exitCode]] of Object.entries(calls)) it(name, () => expect(codes.get(name)).toBe(exitCode));
});

describe.skipIf(opened === undefined)("what is left running", () => {
  it("is dead when the program has ended, even if it went into a session of its own", async () => {
    const seconds = `31${process.pid}`;
    const daemon = `setsid sh -c 'exec </dev/null >/dev/null 2>&1; trap "" TERM HUP; touch started; sleep ${seconds}; touch late' &`;
    const result = await box.shell(`${daemon} while [ ! -e started ]; do sleep 0.01; done`);
    expect(result).toMatchObject({ exitCode: 0, endedBy: "exit" });
    expect(await processesWith(seconds)).toEqual([]);
  });

  it("is dead when the server is killed", async () => {
    const seconds = `32${process.pid}`;
    const fixture: ServerFixture = await startServerFixture(box.folder, "sleep", seconds);
    expect(await processesWith(seconds)).not.toEqual([]);
    fixture.kill();
    await expect.poll(() => processesWith(seconds), { timeout: 5_000 }).toEqual([]);
  });
});

/** The machine's processes whose command line holds that word, dead ones left out. */
async function processesWith(word: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    // The fixture that stands for the server names it too.
    if (line.includes(word) && !line.includes("fixtures/")) found.push(line.replaceAll("\0", " "));
  }
  return found;
}
