import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { answerQuestion } from "../../src/market/answer-question.ts";
import { cancelRun } from "../../src/market/cancel-run.ts";
import { cancelTask } from "../../src/market/cancel-task.ts";
import type { Executor, RunSession } from "../../src/runner/executor.ts";
import { RunStage, roomyLimits } from "../support/run-stage.ts";

let folder: string;
let stage: RunStage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "guildhall-runs-"));
  stage = await RunStage.open(folder);
});
afterEach(() => stage.closeNodes());
afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

function think(session: RunSession, spent: { tokens?: number; micros?: number } = {}): Promise<string> {
  const { tokens = 0, micros = 0 } = spent;
  return session.step({ kind: "model", name: "think", input: null }, async () => ({
    output: "Hm.",
    inputTokens: tokens,
    costMicros: micros,
  }));
}

/** Waits for longer than any test, unless it is stopped. */
function hang(session: RunSession): Promise<string> {
  return session.step({ kind: "tool", name: "hang", input: null }, async (signal) => {
    await pause(60_000, undefined, { signal });
    return { output: "woken" };
  });
}

describe("the limits of a run", () => {
  it.each([
    [{ steps: 3 }, {}, 3, "The run has used up its 3 steps."],
    [{ tokens: 25 }, { tokens: 10 }, 3, "The run has used more than its 25 tokens."],
    [{ costMicros: 1_000_000 }, { micros: 600_000 }, 2, "The run has cost more than its $1."],
  ])("%j end it with a reason that says so", async (limit, spent, steps, reason) => {
    await stage.node(async (session) => {
      for (;;) await think(session, spent);
    });
    const { id, taskId } = await stage.run({}, { ...roomyLimits, ...limit });
    const run = await stage.reaches(id, "failed");
    expect(run).toMatchObject({ failure: reason, stepCount: steps });
    expect(await stage.history(taskId)).toContain("task.cancelled");
  });

  it("end it in the middle of a step when its time is over", async () => {
    await stage.node(async (session) => {
      await hang(session);
    });
    const { id } = await stage.run({}, { ...roomyLimits, workMs: 300 });
    const run = await stage.reaches(id, "failed");
    expect(run).toMatchObject({ failure: "The run has worked for longer than 0 seconds.", stepCount: 0 });
  });
});

describe("a run that is not to go on", () => {
  it("stops at once when it is cancelled, and its money goes back", async () => {
    const stopped: unknown[] = [];
    const node = await stage.node((session) =>
      hang(session).then(
        () => undefined,
        (error) => void stopped.push(error),
      ),
    );
    const before = await stage.stage.balance(stage.poster);
    const { id, taskId } = await stage.run();
    await expect.poll(() => node.keeper.size).toBe(1);
    await stage.stage.engine.execute(cancelRun, { runId: id, taskId, actorId: stage.agent });
    await expect.poll(() => node.keeper.size).toBe(0);
    expect(await stage.look(id)).toMatchObject({ state: "cancelled", stepCount: 0 });
    expect(stopped).toHaveLength(1);
    expect(await stage.stage.balance(stage.poster)).toBe(before);
  });

  it("stops when its task is cancelled, and when its poster never answers but cancels", async () => {
    await stage.node(async (session) => {
      if (session.brief.task.title === "Ask") await session.ask({ text: "Which?" });
      else await hang(session);
    });
    const allowance = { holderId: stage.poster, day: "2026-01-01", credits: 1, dailyLimit: 100 };
    const free = { budget: 0, allowance };
    const hanging = await stage.run({ title: "Hang", ...free });
    const asking = await stage.run({ title: "Ask", ...free });
    await stage.reaches(asking.id, "waiting");
    for (const { taskId } of [hanging, asking]) {
      await stage.stage.engine.execute(cancelTask, { taskId, posterId: stage.poster });
    }
    for (const { id } of [hanging, asking]) await stage.reaches(id, "cancelled");
    await stage.stage.expectLedgerToBalance();
  });

  it("says so when its executor goes wrong, changes its mind, or stops with nothing", async () => {
    let attempt = 0;
    const executors: Record<string, Executor> = {
      bug: async () => {
        throw new TypeError("undefined is not a function");
      },
      lazy: async () => undefined,
      fickle: async (session) => {
        const name = attempt++ === 0 ? "read" : "write";
        await session.step({ kind: "tool", name, input: null }, async () => ({ output: null }));
        await session.ask({ text: "On?" });
      },
    };
    await stage.node(async (session) => executors[session.brief.task.title]?.(session));
    const { id: bug } = await stage.run({ title: "bug" });
    const { id: lazy } = await stage.run({ title: "lazy" });
    expect((await stage.reaches(bug, "failed")).failure).toMatch(/^Something went wrong on the server/);
    expect((await stage.reaches(lazy, "failed")).failure).toBe("The agent has stopped without handing anything in.");
    const { id: fickle } = await stage.run({ title: "fickle" });
    await stage.reaches(fickle, "waiting");
    await stage.stage.database.reads.query("update runs set state = 'queued' where id = $1", [fickle]);
    expect((await stage.reaches(fickle, "failed")).failure).toBe(
      'The run cannot go on: step 1 was "tool read" and is now "tool write".',
    );
  });
});

describe("a run that changes hands", () => {
  it("is written by its new node only, however late the old one comes", async () => {
    const release: (() => void)[] = [];
    const executorOf =
      (name: string): Executor =>
      async (session) => {
        const output = await session.step({ kind: "tool", name: "work", input: null }, async () => {
          // Does not heed the signal, as a node that stands still would not.
          if (name === "old") await new Promise<void>((resolve) => release.push(resolve));
          return { output: name };
        });
        await session.deliver({ text: output, files: [] });
      };
    // Full with the one it holds, so that it does not take the same run up again.
    await stage.node(executorOf("old"), { maxRuns: 1 });
    const { id } = await stage.run();
    await expect.poll(() => release.length).toBe(1);
    await stage.stage.database.reads.query("update runs set lease_until = now() - interval '1 second' where id = $1", [
      id,
    ]);
    await stage.node(executorOf("new"));
    await stage.reaches(id, "succeeded");
    release[0]?.();
    await pause(50);
    expect(await stage.look(id)).toMatchObject({ state: "succeeded", fence: 2 });
    expect((await stage.steps(id)).map(({ output }) => output)).toEqual(["new", { verdict: "accepted" }]);
  });

  it("is taken by one of two nodes that look at the same time", async () => {
    const taken: string[] = [];
    const executor: Executor = async (session) => {
      taken.push(session.brief.runId);
      await think(session);
      await session.deliver({ text: "Done.", files: [] });
    };
    const runs = await Promise.all(Array.from({ length: 20 }, () => stage.run({ budget: 1 })));
    await Promise.all([stage.node(executor), stage.node(executor)]);
    for (const { id } of runs) await stage.reaches(id, "succeeded");
    expect(taken.sort()).toEqual(runs.map(({ id }) => id).sort());
  });

  it("has at most so many at work on a node as it may", async () => {
    let [now, most] = [0, 0];
    await stage.node(
      async (session) => {
        most = Math.max(most, ++now);
        await pause(30);
        now--;
        await session.deliver({ text: "Done.", files: [] });
      },
      { maxRuns: 3 },
    );
    const runs = await Promise.all(Array.from({ length: 9 }, () => stage.run({ budget: 1 })));
    for (const { id } of runs) await stage.reaches(id, "succeeded");
    expect(most).toBe(3);
  });

  it("finds what strange values it stored as they were, and hands in files once", async () => {
    const strange = { "nul\0": "a\0b", lone: "\ud800", kept: "\\u0000", long: "x".repeat(100_000) };
    const seen: unknown[] = [];
    await stage.node(async (session) => {
      seen.push(await session.step({ kind: "tool", name: "odd\0", input: strange }, async () => ({ output: strange })));
      if (seen.length === 1) await session.ask({ text: "On?" });
      const bytes = Buffer.from("Bytes.");
      await session.deliver({ text: "Done.", files: [{ name: "a.txt", mediaType: "text/plain", bytes }] });
    });
    const { id, taskId } = await stage.run();
    await stage.reaches(id, "waiting");
    const [step] = await stage.steps(id);
    expect(step?.output).toEqual(seen[0]);
    expect(seen[0]).toMatchObject({ kept: "\\u0000", lone: "\ufffd", "nul\ufffd": "a\ufffdb" });
    const { rows } = await stage.stage.database.reads.query(
      "select count(*)::integer as n from submissions where task_id = $1",
      [taskId],
    );
    expect(rows[0].n).toBe(0);
  });
});

describe("a run's workspace", () => {
  it("is as it was after the newest stored step, on whichever node", async ({ skip }) => {
    const read: string[] = [];
    const executor: Executor = async (session) => {
      const file = join(await session.workspace(), "notes.txt");
      await session.step({ kind: "tool", name: "write", input: null }, async () => {
        await stage.sandbox?.run({
          argv: ["sh", "-c", "echo one > notes.txt; ln -s /etc/passwd link"],
          workspaceFolder: join(file, ".."),
        });
        return { output: null, changesWorkspace: true };
      });
      await session.ask({ text: "On?" });
      read.push(await readFile(file, "utf8"));
      await session.deliver({ text: "Done.", files: [] });
    };
    const first = await stage.node(executor);
    if (stage.sandbox?.refusal !== null) return skip(`no sandbox: ${stage.sandbox?.refusal}`);
    const { id } = await stage.run();
    const waiting = await stage.reaches(id, "waiting", "failed");
    expect(waiting.failure).toBeNull();
    await first.close();
    const [step] = await stage.steps(id);
    expect(step?.snapshotKey).not.toBeNull();
    const second = await stage.node(executor);
    const { engine } = stage.stage;
    const answer = { taskId: waiting.taskId, posterId: stage.poster, answers: null, text: "On." };
    await engine.execute(answerQuestion, answer);
    expect(await stage.reaches(id, "succeeded", "failed")).toMatchObject({ failure: null });
    await expect.poll(() => second.keeper.size).toBe(0);
    await second.close();
    expect(read).toEqual(["one\n"]);
    await expect(stage.objects.read(step?.snapshotKey ?? "")).rejects.toThrow();
    const { rows } = await stage.stage.database.reads.query("select count(*)::integer as n from file_uploads");
    expect(rows[0].n).toBe(0);
  });
});
