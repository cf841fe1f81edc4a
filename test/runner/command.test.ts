import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ExecutorSettings } from "../../src/model/run.ts";
import { openCommand } from "../../src/runner/command/command.ts";
import { RunFailed } from "../../src/runner/executor.ts";
import { Killed, MemoryRun, type Poster } from "../support/memory-session.ts";
import { openTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const fixtures = join(import.meta.dirname, "fixtures");
const modules = join(import.meta.dirname, "../../node_modules");
const box: TestSandbox | undefined = await openTestSandbox([fixtures, modules]);
let runs = 0;

afterAll(() => box?.close());

function sandboxed(): TestSandbox {
  if (box === undefined) throw new Error("There is no sandbox.");
  return box;
}

const noWayOut = (): never => {
  throw new Error("No program here may reach anything.");
};
const executor = (limits = {}) => openCommand({ sandbox: sandboxed().sandbox, connect: noWayOut, limits });

function runOf(settings: ExecutorSettings, poster: Poster = {}, signal?: AbortSignal): MemoryRun {
  const options = { agent: { settings }, ...(signal === undefined ? {} : { signal }) };
  return new MemoryRun(sandboxed(), `command-${++runs}`, poster, options);
}

async function failureOf(settings: ExecutorSettings, limits = {}): Promise<string> {
  const run = runOf(settings);
  const failure = await run.work(executor(limits)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RunFailed);
  expect(run.shown).toEqual([]);
  return String(failure);
}

const program = (script: string): ExecutorSettings => ({
  command: [
    "node",
    "-e",
    `const brief = JSON.parse(require("fs").readFileSync(0, "utf8")); const fs = require("fs"); ${script}`,
  ],
});

const acp = (manner: string): ExecutorSettings => ({
  command: ["node", join(fixtures, "acp-agent.ts"), manner],
  protocol: "acp",
});

describe.skipIf(box === undefined)("a program as the worker", { timeout: 30_000 }, () => {
  it("is told the task on stdin, and its answer is handed in with the files it left", async () => {
    const run = runOf(
      program('fs.writeFileSync("out.txt", brief.description); console.log(brief.title, process.env.GUILDHALL_FILES)'),
    );
    await run.work(executor());
    expect(run.shown).toMatchObject([{ text: "FizzBuzz /workspace", files: [{ name: "out.txt" }] }]);
    const [delivered] = run.shown.filter((each) => "files" in each);
    expect(Buffer.from(delivered?.files[0]?.bytes ?? []).toString()).toBe(run.brief.task.description);
  });

  it("asks by exit code 10, is told the answer, revises, and finds its workspace as it left it", async () => {
    const run = runOf(
      program(`
        fs.appendFileSync("log.txt", "x");
        const [asked] = brief.questions;
        if (!asked) {
          console.log(JSON.stringify({ type: "clarifying_questions", questions: [
            { type: "single_select", question: "Which?", options: ["A", "B"] }] }));
          process.exit(10);
        }
        console.log(asked.answer, brief.revision?.reason ?? "first", fs.readFileSync("log.txt", "utf8"));
      `),
      { answers: ["B"], rejections: ["Shorter."] },
    );
    // Killed after each step: whatever was not stored is done again, in the folder as it was before.
    for (const killedAfter of [0, 1, 2, 3]) await expect(run.work(executor(), killedAfter)).rejects.toThrow(Killed);
    await run.work(executor());
    expect(run.shown[0]).toEqual({
      asked: { items: [{ type: "single_select", question: "Which?", options: ["A", "B"] }] },
    });
    expect(run.shown.slice(1)).toMatchObject([{ text: "B first xx" }, { text: "B Shorter. xxx" }]);
  });

  it.each<[string, string, object, RegExp]>([
    ["fails", "console.error('no paper'); process.exit(3)", {}, /exited with 3.*no paper/s],
    ["asks nothing", "process.exit(10)", {}, /printed no question/],
    ["says nothing", "", {}, /answered nothing/],
    ["never ends", "setInterval(() => {}, 1000)", { wallMs: 700 }, /time was over/],
    ["prints without end", "for (;;) fs.writeSync(1, 'x'.repeat(65536))", { outputBytes: 500_000 }, /printed too much/],
  ])("that %s fails the run with the reason", async (_what, script, limits, expected) => {
    expect(await failureOf(program(script), limits)).toMatch(expected);
  });

  it("that is not there, or was never named, fails the run", async () => {
    expect(await failureOf({ command: ["/usr/bin/no-such-program"] })).toMatch(/exited with 127|no-such-program/);
    expect(await failureOf({})).toMatch(/no command/);
  });
});

describe.skipIf(box === undefined)("a program that speaks the Agent Client Protocol", { timeout: 30_000 }, () => {
  it("writes and reads files of the workspace and no others, is granted what it asks for, and revises", async () => {
    const run = runOf(acp("work"), { rejections: ["Darker"] });
    await run.work(executor());
    expect(run.shown).toMatchObject([
      { text: "Blue; outside: refused", files: [{ name: "src/colour.txt" }] },
      { text: "Dark Blue; outside: refused" },
    ]);
    const [delivered] = run.shown.filter((each) => "files" in each);
    expect(Buffer.from(delivered?.files[0]?.bytes ?? []).toString()).toBe("granted true\nBlue\n");
  });

  it("asks the customer and goes on with the answer", async () => {
    const run = runOf(acp("asks"), { answers: ["Blue"] });
    await run.work(executor());
    expect(run.shown).toMatchObject([{ asked: { text: "Which colour?" } }, { text: "Blue; outside: refused" }]);
  });

  it.each<[string, ExecutorSettings, object, RegExp]>([
    ["refuses", acp("refuses"), {}, /stopped: refusal/],
    ["dies", acp("dies"), {}, /exited with 3/],
    ["hangs", acp("hangs"), { wallMs: 2_500 }, /time was over/],
    ["speaks something else", { command: ["/bin/cat", "/etc/passwd"], protocol: "acp" }, {}, /exited with 0|Protocol/],
  ])("that %s fails the run with the reason", async (_what, settings, limits, expected) => {
    expect(await failureOf(settings, limits)).toMatch(expected);
  });

  it("is told to stop when the run is taken away, and then stopped", async () => {
    const taken = new AbortController();
    const run = runOf(acp("hangs"), {}, taken.signal);
    const working = run.work(executor());
    setTimeout(() => taken.abort(new Error("taken away")), 1_500);
    await expect(working).rejects.toThrow("taken away");
    expect(existsSync(join(sandboxed().folder, `command-${runs}`, "cancelled"))).toBe(true);
  });
});
