import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerQuestion } from "../../src/market/answer-question.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { requestRevision } from "../../src/market/request-revision.ts";
import type { Executor, RunSession } from "../../src/runner/executor.ts";
import { RunFailed } from "../../src/runner/executor.ts";
import { RunStage } from "../support/run-stage.ts";

describe("a run", () => {
  let folder: string;
  let stage: RunStage;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "guildhall-runs-"));
    stage = await RunStage.open(folder);
  });
  afterAll(async () => {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** One thing done, counted outside of the run. */
  function doing(done: string[]) {
    return (session: RunSession, name: string): Promise<string> =>
      session.step({ kind: "tool", name, input: { name } }, async () => {
        done.push(name);
        return { output: `${name} is done`, inputTokens: 10, outputTokens: 5 };
      });
  }

  it("does its steps, hands in and is paid", async () => {
    const done: string[] = [];
    const act = doing(done);
    const node = await stage.node(async (session) => {
      await session.progress("Beginning.");
      const said = [await act(session, "one"), await act(session, "two")];
      await session.deliver({ text: said.join("\n"), files: [] });
    });
    const { id, taskId } = await stage.run();
    const run = await stage.reaches(id, "succeeded", "failed");
    await node.close();
    expect(run).toMatchObject({ state: "succeeded", stepCount: 4, inputTokens: 20, outputTokens: 10, failure: null });
    expect((await stage.steps(id)).map(({ kind, name, output }) => [kind, name, output])).toEqual([
      ["progress", "progress", null],
      ["tool", "one", "one is done"],
      ["tool", "two", "two is done"],
      ["delivery", "deliver", { verdict: "accepted" }],
    ]);
    expect(done).toEqual(["one", "two"]);
    expect(await stage.history(taskId)).toContain("task.completed");
    await stage.stage.expectLedgerToBalance();
  });

  it("waits for an answer and a verdict out of memory, and goes on without doing anything again", async () => {
    const done: string[] = [];
    const act = doing(done);
    const answers: string[] = [];
    const executor: Executor = async (session) => {
      await act(session, "look");
      const answer = await session.ask({ text: "Which colour?" });
      answers.push(answer);
      await act(session, `paint ${answer}`);
      const first = await session.deliver({ text: "Painted.", files: [] });
      if (first.verdict !== "revision") return;
      await act(session, `paint ${first.reason}`);
      await session.deliver({ text: "Painted anew.", files: [] });
    };
    const node = await stage.node(executor);
    const { id, taskId } = await stage.run({ reviewPolicy: "manual" });
    const { poster } = stage;
    const { engine } = stage.stage;
    await stage.reaches(id, "waiting");
    await expect.poll(() => node.keeper.size).toBe(0);
    await engine.execute(answerQuestion, { taskId, posterId: poster, answers: null, text: "red" });
    await expect.poll(async () => (await stage.steps(id)).length).toBe(3);
    await stage.reaches(id, "waiting");
    await engine.execute(requestRevision, { taskId, posterId: poster, reason: "blue" });
    await expect.poll(async () => (await stage.steps(id)).length).toBe(5);
    await stage.reaches(id, "waiting");
    await engine.execute(approveSubmission, { taskId, reviewerId: poster });
    const run = await stage.reaches(id, "succeeded", "failed");
    await node.close();
    expect(run).toMatchObject({ state: "succeeded", fence: 4 });
    expect(done).toEqual(["look", "paint red", "paint blue"]);
    expect(new Set(answers)).toEqual(new Set(["red"]));
  });

  it("fails with the reason that its executor gives, and the poster has the money back", async () => {
    const node = await stage.node(async () => {
      throw new RunFailed("The brief asks for the impossible.");
    });
    const before = await stage.stage.balance(stage.poster);
    const { id, taskId } = await stage.run();
    const run = await stage.reaches(id, "failed");
    await node.close();
    expect(run.failure).toBe("The brief asks for the impossible.");
    expect(await stage.history(taskId)).toEqual(
      expect.arrayContaining(["run.started", "run.failed", "task.cancelled"]),
    );
    expect(await stage.stage.balance(stage.poster)).toBe(before);
  });

  it("goes on from its last stored step on another node when its own has closed", async () => {
    const done: string[] = [];
    const act = doing(done);
    let isHeld = true;
    const executor: Executor = async (session) => {
      await act(session, "one");
      await session.step({ kind: "model", name: "think", input: null }, async (signal) => {
        if (isHeld) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        return { output: "thought" };
      });
      await session.deliver({ text: "Done.", files: [] });
    };
    const first = await stage.node(executor);
    const { id } = await stage.run();
    await expect.poll(async () => (await stage.steps(id)).length).toBe(1);
    await first.close();
    expect((await stage.look(id)).state).toBe("queued");
    isHeld = false;
    const second = await stage.node(executor);
    await stage.reaches(id, "succeeded");
    await second.close();
    expect(done).toEqual(["one"]);
  });
});
