import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { SandboxFailed } from "../../src/runner/sandbox/errors.ts";
import { openSandbox } from "../../src/runner/sandbox/sandbox.ts";
import { openTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const opened = await openTestSandbox();
let box: TestSandbox;
beforeEach(() => {
  if (opened !== undefined) box = opened;
});
afterAll(() => opened?.close());

const isRoot = process.getuid?.() === 0;

describe.skipIf(opened === undefined)("a program in the sandbox", () => {
  it("gets its input, and its output, exit code and cost come back", async () => {
    const result = await box.shell("cat; echo problem >&2; exit 7", { stdin: "some input" });
    expect(result.stdout.toString()).toBe("some input");
    expect(result.stderr.toString()).toBe("problem\n");
    expect(result).toMatchObject({ exitCode: 7, endedBy: "exit" });
    expect(result.cost.wallMs).toBeGreaterThan(0);
  });

  it("works in its workspace, which keeps what it writes", async () => {
    await box.shell("pwd > where; mkdir -p a/b; echo deep > a/b/c");
    expect(await readFile(join(box.workspace, "where"), "utf8")).toBe("/workspace\n");
    const again = await box.shell("cat a/b/c; rm -r a where");
    expect(again.stdout.toString()).toBe("deep\n");
  });

  it("finds the server's own Node, whatever the machine has installed", async () => {
    const result = await box.node("console.log(process.version, os.networkInterfaces().lo !== undefined)");
    expect(result.stdout.toString()).toBe(`${process.version} true\n`);
  });

  it("sees the environment it is given and nothing else", async () => {
    const result = await box.shell("env", { environment: { GREETING: "hello there", LANG: "de" } });
    const lines = result.stdout.toString().trim().split("\n");
    const names = lines.map((line) => line.split("=")[0]).sort();
    expect(names).toEqual(["GREETING", "HOME", "LANG", "PATH", "PWD", "TMPDIR", "USER"]);
    expect(lines).toContain("GREETING=hello there");
    expect(lines).toContain("LANG=de");
  });

  it("can be spoken with while it runs", async () => {
    const program = await box.start(["/bin/sh", "-c", 'while read -r word; do echo "heard $word"; done; echo over']);
    program.stdin.write("one\n");
    expect(String((await once(program.stdout, "data"))[0])).toBe("heard one\n");
    program.stdin.write("two\n");
    expect(String((await once(program.stdout, "data"))[0])).toBe("heard two\n");
    program.stdin.end();
    expect(String((await once(program.stdout, "data"))[0])).toBe("over\n");
    expect(await program.ended).toMatchObject({ exitCode: 0, endedBy: "exit" });
  });

  it("shows its output piece by piece as it comes", async () => {
    const pieces: string[] = [];
    const marker = "while [ ! -e go ]; do sleep 0.02; done; rm -f go";
    await box.shell(`echo first; ${marker}; echo second`, {
      onOutput: (from, piece) => {
        pieces.push(`${from}: ${piece}`);
        if (pieces.length === 1) void writeFile(join(box.workspace, "go"), "");
      },
    });
    expect(pieces).toEqual(["stdout: first\n", "stdout: second\n"]);
  });

  it("is killed when its starter no longer wants it", async () => {
    const result = await box.shell("sleep 1000", { signal: AbortSignal.timeout(50) });
    expect(result).toMatchObject({ exitCode: null, endedBy: "stopped" });
    const never = await box.shell("touch never", { signal: AbortSignal.abort() });
    expect(never).toMatchObject({ endedBy: "stopped" });
    expect(await readdir(box.workspace)).not.toContain("never");
  });

  it("cannot smuggle options to bubblewrap through what is asked for", async () => {
    const smuggled = { EVIL: "x\0--bind\0/\0/host" };
    await expect(box.shell("ls /host", { environment: smuggled })).rejects.toThrow("NUL");
    await expect(box.shell("true", { environment: { "A=B": "c" } })).rejects.toThrow("variable");
    await expect(box.shell("true", { limits: { wallMs: 0 } })).rejects.toThrow(RangeError);
  });

  it("is told apart from a sandbox that could not be set up", async () => {
    await expect(box.shell("true", { workspaceFolder: join(box.folder, "missing") })).rejects.toThrow(SandboxFailed);
    const unknown = await box.sandbox.run({ argv: ["no-such-program"], workspaceFolder: box.workspace });
    expect(unknown).toMatchObject({ exitCode: 127, endedBy: "exit" });
  });

  it("leaves no process and no control group behind", async () => {
    await Promise.all(Array.from({ length: 8 }, () => box.shell("sleep 0.05 & sleep 0.02")));
    expect(await ownControlGroups()).toEqual([]);
  });
});

describe.skipIf(opened === undefined)("the sandbox's check", () => {
  it("says how limits are kept here", () => {
    expect(["control groups", "watching"]).toContain(box.sandbox.limitedBy);
  });

  it("shows programs an operator's folder, and refuses one that would show the server's own", async () => {
    const extra = join(box.folder, "tools");
    await mkdir(extra);
    const folder = join(box.folder, "second");
    const good = await openSandbox({ folder, readOnlyFolders: [extra] });
    expect(await good.check()).toBeNull();
    const listed = await good.run({ argv: ["ls", "-d", extra], workspaceFolder: box.workspace });
    expect(listed.stdout.toString()).toBe(`${extra}\n`);
    expect(await (await openSandbox({ folder, readOnlyFolders: ["/"] })).check()).toContain("must not see all of /");
    expect(await (await openSandbox({ folder, readOnlyFolders: [box.folder] })).check()).toContain(
      "Keep them elsewhere",
    );
    expect(await (await openSandbox({ folder, readOnlyFolders: ["/no/such"] })).check()).toContain("does not exist");
  });

  it.runIf(isRoot)("refuses as root where the user cannot be changed, with the reason", async () => {
    const fixture = join(import.meta.dirname, "fixtures/check-sandbox.ts");
    const without = ["--bounding-set=-setuid,-setgid", process.execPath, fixture, join(box.folder, "third")];
    const child = spawn("setpriv", without, { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (piece) => {
      said += piece;
    });
    await once(child, "close");
    expect(said).toContain("runs as root and cannot run programs as another user");
    expect(said).toContain("run refused: SandboxRefused");
  });
});

/** Groups this process has made, in whatever version and place. */
async function ownControlGroups(): Promise<string[]> {
  const names = await readdir("/sys/fs/cgroup", { recursive: true }).catch(() => []);
  return names.filter((name) => name.includes(`guildhall-${process.pid}-`) && !/\/guildhall-[^/]*\//.test(name));
}
