import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openWorkspacesFolder } from "../../src/runner/sandbox/workspaces-folder.ts";
import { openTestSandbox } from "../support/test-sandbox.ts";

const box = await openTestSandbox();
afterAll(() => box?.close());

describe.skipIf(box === undefined)("the folder of workspaces", () => {
  it("is cleared of what processes that have ended left, and of nothing else", async () => {
    if (box === undefined) return;
    const { folder, sandbox } = box;
    const parent = join(folder, "workspaces");
    const left: string[] = [];
    const open = () => openWorkspacesFolder(sandbox, parent, (path) => left.push(path));
    const own = (await open()).path;
    await mkdir(join(parent, "4194305-17"));
    const ended = await box.workspaceNamed("workspaces/4194305-17/run");
    const running = await box.workspaceNamed(join("workspaces", own.slice(parent.length), "run"));
    const script = "mkdir -p a/b && echo deep > a/b/c && ln -s / link && chmod 000 a";
    for (const workspaceFolder of [ended, running]) await box.shell(script, { workspaceFolder });
    expect((await open()).path).toBe(own);
    expect(await readdir(parent)).toEqual([own.slice(parent.length + 1)]);
    expect(await readdir(running)).toEqual(["a", "link"]);
    expect(left).toEqual([]);
    // What nobody may enter can be removed only from inside.
    await sandbox.removeWorkspace(running);
  });
});
