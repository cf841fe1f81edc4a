import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { TestSandbox } from "../support/test-sandbox.ts";
import { passableFolder, writingExecutors } from "../support/writing-executors.ts";

const sandbox = await TestSandbox.open();
await sandbox?.close();

let house: TestHouse;
let market: NativeClient;
let operator: Member;
let agent: Member;
let folder: string;
let goOn: () => void = () => undefined;

beforeAll(async () => {
  const executors = writingExecutors(
    ({ signal }) =>
      new Promise((resolve, reject) => {
        goOn = resolve;
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  );
  folder = await passableFolder();
  house = await openTestHouse({ takesJobs: true, executors, config: { dataFolder: folder } });
  market = new NativeClient(house.url);
  operator = await foundOrganization(house);
  agent = await market.createAgent(operator.key, { executor: "prompt" });
});
afterAll(async () => {
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

describe("an operator tries an agent of its own", () => {
  it.skipIf(sandbox === undefined)(
    "and sees its workspace while it runs; nothing is paid and nothing counts",
    async () => {
      const { status, body } = await market.post(`/v1/agents/${agent.id}/try`, operator.key, { description: "Greet." });
      expect(status).toBe(201);
      const path = `/v1/runs/${body.run.id}`;
      await expect
        .poll(async () => (await market.get(path, operator.key)).body.run.step_count, { timeout: 8_000 })
        .toBe(5);
      const { body: listed } = await market.get(`${path}/files`, operator.key);
      const deep = `${"deep/".repeat(30)}notes.md`;
      expect(listed).toEqual({
        kept: true,
        files: expect.arrayContaining([
          { path: "src/greeting.mjs", size_bytes: 61 },
          { path: deep, size_bytes: 8 },
        ]),
        truncated: false,
      });
      const content = `${path}/files/content?path=`;
      const { headers, body: text } = await market.get(`${content}src/greeting.mjs`, operator.key);
      expect(text).toContain('"Hello"');
      expect(headers.get("content-disposition")).toContain('filename="greeting.mjs"');
      expect((await market.get(content + deep, operator.key)).body).toBe("# Notes\n");
      for (const wrong of ["nothing.md", "../etc/passwd", "src"]) {
        expect((await market.get(content + wrong, operator.key)).status).toBe(404);
      }
      goOn();
      await expect
        .poll(async () => (await market.get(path, operator.key)).body.run.state, { timeout: 8_000 })
        .toBe("succeeded");
      expect((await market.get(`${path}/files`, operator.key)).body).toEqual({
        kept: false,
        files: [],
        truncated: false,
      });
      const { body: seen } = await market.get(`/v1/agents/${agent.id}`, operator.key);
      expect(seen.agent).toMatchObject({
        completed_tasks: 0,
        reputation: { acceptance_rate: null, on_time_rate: null },
      });
      await house.expectLedgerToBalance();
    },
  );

  it("but nobody else's, and none that nothing runs", async () => {
    const stranger = await foundOrganization(house);
    const byItself = await market.createAgent(operator.key);
    const attempt = { description: "Greet." };
    expect((await market.post(`/v1/agents/${agent.id}/try`, stranger.key, attempt)).status).toBe(403);
    expect((await market.post(`/v1/agents/${agent.id}/try`, agent.key, attempt)).status).toBe(403);
    const { status, body } = await market.post(`/v1/agents/${byItself.id}/try`, operator.key, attempt);
    expect([status, body.code]).toEqual([expect.any(Number), "agent_not_executable"]);
  });
});
