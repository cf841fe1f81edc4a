import { chmod, link, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ArtifactLimits, collectArtifacts } from "../../src/runner/sandbox/collect-artifacts.ts";
import {
  listWorkspaceFolder,
  readWorkspaceFile,
  WorkspaceFileRefused,
  writeWorkspaceFile,
} from "../../src/runner/sandbox/workspace-files.ts";
import { run } from "../support/programs.ts";

let folder: string;
let workspace: string;
let secret: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "guildhall-workspace-"));
  workspace = join(folder, "workspace");
  secret = join(folder, "secret");
  await mkdir(workspace);
  await writeFile(secret, "a secret of the server");
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

const at = (...names: string[]): string => join(workspace, ...names);

/** Renames are one step each, and there are some hundred thousand a second. */
const exchangeForever = `
const { renameSync, symlinkSync } = require("node:fs");
const { workspace, outside } = require("node:worker_threads").workerData;
const [d, kept, away] = ["d", "kept", "away"].map((name) => workspace + "/" + name);
symlinkSync(outside, away);
for (;;) { renameSync(d, kept); renameSync(away, d); renameSync(d, away); renameSync(kept, d); }
`;

/** What is collected: contents of files, reasons of refusals. */
async function collect(limits: Partial<ArtifactLimits> = {}): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const artifact of collectArtifacts(workspace, limits)) {
    found[artifact.name] = artifact.kind === "file" ? await text(artifact.read()) : `refused: ${artifact.reason}`;
  }
  return found;
}

describe("artifacts", () => {
  it("are the plain files of a workspace, by their names below it, in order", async () => {
    await mkdir(at("src/deep"), { recursive: true });
    await mkdir(at("node_modules/x"), { recursive: true });
    await Promise.all([
      writeFile(at("b.txt"), "b"),
      writeFile(at("a.txt"), "a"),
      writeFile(at("src/deep/größe.rs"), "fn main() {}"),
      writeFile(at("src/empty"), ""),
      writeFile(at("node_modules/x/y"), "passed over"),
    ]);
    const found = await collect();
    expect(found).toEqual({ "a.txt": "a", "b.txt": "b", "src/deep/größe.rs": "fn main() {}", "src/empty": "" });
    expect(Object.keys(found)).toEqual(["a.txt", "b.txt", "src/deep/größe.rs", "src/empty"]);
  });

  it("are never links, wherever they lead, nor files by a second name", async () => {
    await symlink(secret, at("to-secret"));
    await symlink(folder, at("to-folder"));
    await symlink("/proc/self/environ", at("to-environ"));
    await symlink("inner", at("to-inner"));
    await writeFile(at("inner"), "inner");
    await link(secret, at("second-name"));
    expect(await collect()).toEqual({
      inner: "inner",
      "second-name": "refused: several names",
      "to-environ": "refused: link",
      "to-folder": "refused: link",
      "to-inner": "refused: link",
      "to-secret": "refused: link",
    });
  });

  it("are never pipes, sockets or devices, which would keep the server waiting", async () => {
    await run("mkfifo", [at("pipe")]);
    if (process.getuid?.() === 0) await run("mknod", [at("zero"), "c", "1", "5"]);
    await writeFile(at("plain"), "plain");
    const found = await collect();
    expect(found).toMatchObject({ pipe: "refused: not a file", plain: "plain" });
    if (process.getuid?.() === 0) expect(found).toMatchObject({ zero: "refused: not a file" });
  });

  it("have names that mean what they show", async () => {
    const odd = [
      Buffer.from("back\\slash"),
      Buffer.from("new\nline"),
      Buffer.from("turn\u202etxt"),
      Buffer.from([0x66, 0xff]),
    ];
    for (const name of odd) await writeFile(Buffer.concat([Buffer.from(`${workspace}/`), name]), "odd");
    await mkdir(at("C:"));
    await writeFile(at("C:", "drive"), "odd");
    await writeFile(at("x".repeat(255)), "long but good");
    const found = await collect();
    const refused = Object.entries(found)
      .filter(([, what]) => what === "refused: name")
      .map(([name]) => name);
    expect(refused.sort()).toEqual(["C:", "back?slash", "f?", "new?line", "turn?txt"]);
    expect(Object.keys(found)).toHaveLength(6);
  });

  it("are counted: so many, so large, so much together, so deep", async () => {
    await mkdir(at("d/e/f"), { recursive: true });
    for (const name of ["1", "2", "3", "d/4", "d/e/5", "d/e/f/6"]) await writeFile(at(name), "12345");
    await writeFile(at("0-large"), "123456");
    expect(await collect({ files: 2 })).toEqual({ "0-large": "123456", 1: "12345", 2: "refused: too many" });
    expect(await collect({ fileBytes: 5, depth: 2 })).toMatchObject({
      "0-large": "refused: too large",
      "d/e/5": "12345",
      "d/e/f": "refused: too deep",
    });
    expect(await collect({ totalBytes: 12 })).toMatchObject({
      "0-large": "123456",
      1: "12345",
      2: "refused: too large",
    });
  });

  it("cannot be many without end, nor can what is refused", async () => {
    for (let n = 0; n < 400; n++) await symlink("x", at(`link-${n}`));
    expect(Object.keys(await collect()).length).toBeLessThanOrEqual(100);
  });

  it("are read as far as they were long when they were opened, and say when they are shorter", async () => {
    await writeFile(at("growing"), "12345");
    for await (const artifact of collectArtifacts(workspace)) {
      if (artifact.kind !== "file") throw new Error("refused");
      await writeFile(at("growing"), "1234567890");
      expect(await text(artifact.read())).toBe("12345");
      await writeFile(at("growing"), "1");
      await expect(text(artifact.read())).rejects.toThrow("shorter");
    }
  });

  it("never come from outside, even while a folder is exchanged for a link again and again", async () => {
    const outside = join(folder, "outside");
    for (const place of [outside, at("d")]) {
      await mkdir(place);
      await writeFile(join(place, "file"), place === outside ? "secret" : "mine");
    }
    const exchanging = new Worker(exchangeForever, { eval: true, workerData: { workspace, outside } });
    const contents = new Set<string>();
    const untilMs = performance.now() + 1_500;
    while (performance.now() < untilMs) for (const what of Object.values(await collect())) contents.add(what);
    await exchanging.terminate();
    expect(contents).toContain("mine");
    expect(contents).not.toContain("secret");
  });
});

describe("a file of a workspace", () => {
  it("is written with the folders above it, and read back, with or without the workspace's name inside", async () => {
    await writeWorkspaceFile(workspace, "src/a/main.ts", "one");
    await writeWorkspaceFile(workspace, "/workspace/src/a/main.ts", "two");
    expect(await readFile(at("src/a/main.ts"), "utf8")).toBe("two");
    const { content, sizeBytes } = await readWorkspaceFile(workspace, "./src//a/main.ts", 2);
    expect([content.toString(), sizeBytes]).toEqual(["tw", 3]);
    const { entries, isComplete } = await listWorkspaceFolder(workspace, "src/a", 10);
    expect([entries, isComplete]).toEqual([[{ name: "main.ts", kind: "file", sizeBytes: 3 }], true]);
    expect((await listWorkspaceFolder(workspace, "", 10)).entries.map(({ name }) => name)).toEqual(["src"]);
  });

  it("keeps its mode when it is written again, and belongs to the workspace's owner", async () => {
    await writeFile(at("script"), "#!/bin/sh");
    await chmod(at("script"), 0o755);
    await writeWorkspaceFile(workspace, "script", "#!/bin/sh -e");
    const [{ mode, uid }, owner] = [await stat(at("script")), await stat(workspace)];
    expect([mode & 0o777, uid]).toEqual([0o755, owner.uid]);
  });

  it("is never reached through a link, and what a link names is neither read nor changed", async () => {
    await symlink(secret, at("link"));
    await symlink(folder, at("folder"));
    await link(secret, at("second-name"));
    for (const path of ["link", "folder/secret", "folder"]) {
      await expect(readWorkspaceFile(workspace, path, 100)).rejects.toThrow(WorkspaceFileRefused);
    }
    await expect(writeWorkspaceFile(workspace, "folder/new", "x")).rejects.toThrow(WorkspaceFileRefused);
    await expect(listWorkspaceFolder(workspace, "folder", 10)).rejects.toThrow(WorkspaceFileRefused);
    await writeWorkspaceFile(workspace, "link", "mine");
    await writeWorkspaceFile(workspace, "second-name", "mine");
    expect(await readFile(secret, "utf8")).toBe("a secret of the server");
    expect(await readFile(at("link"), "utf8")).toBe("mine");
  });

  it("is refused by a path that leads out, or is no file", async () => {
    await run("mkfifo", [at("pipe")]);
    await mkdir(at("d"));
    for (const path of [
      "../secret",
      "d/../../secret",
      "/etc/passwd",
      "/workspace/../etc/passwd",
      "",
      ".",
      "d",
      "pipe",
      "no/such",
      "a\0b",
    ]) {
      await expect(readWorkspaceFile(workspace, path, 100), path).rejects.toThrow(WorkspaceFileRefused);
    }
    await expect(writeWorkspaceFile(workspace, "../out", "x")).rejects.toThrow(WorkspaceFileRefused);
    await expect(writeWorkspaceFile(workspace, "d", "x")).rejects.toThrow(WorkspaceFileRefused);
  });
});
