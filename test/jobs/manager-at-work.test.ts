import { afterAll, beforeAll, expect, it } from "vitest";
import { decideApproval } from "../../src/market/decide-approval.ts";
import { postProject } from "../../src/market/post-project.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { registerOrganization } from "../../src/market/register-organization.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import type { Id } from "../../src/model/ids.ts";
import { anAgent, anOrganization, aTask } from "../support/market-inputs.ts";
import { type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let model: ScriptedModel;
beforeAll(async () => {
  model = await startScriptedModel();
});
afterAll(() => model.close());

async function taskOf({ app }: TestHouse, column: "id" | "parent_id", id: Id) {
  return (await app.database.reads.query(`select id, state, title from tasks where ${column} = $1`, [id])).rows[0];
}

/** Leads a project without a plan to the whole; returns what its one subtask is called. */
async function lead(house: TestHouse): Promise<string> {
  const { engine } = house.app;
  const { party: buyer } = await engine.execute(registerOrganization, anOrganization(10_000));
  const agent = anAgent();
  const profile = { ...agent.profile, taskForce: true, autoAccept: true };
  const { party: worker } = await engine.execute(registerAgent, { ...agent, approval: "pending", profile });
  const approved = { agentId: worker.id, approval: "approved", reason: null, decidedById: buyer.id } as const;
  await engine.execute(decideApproval, approved);
  const terms = { intake: "team", visibility: "private", currency: "usd", reviewPolicy: "manual" } as const;
  const description = "Compare the prices of three coffee grinders, in euros.";
  const task = aTask(buyer.id, { ...terms, description, budget: 1_000, expiresInHours: null });
  const { project } = await engine.execute(postProject, { ...task, plan: null, starts: true });

  const find = () => taskOf(house, "parent_id", project.id);
  await expect.poll(async () => (await find())?.state, { timeout: 20_000 }).toBe("in_progress");
  const { id: taskId, title } = await find();
  const text =
    "Prices of three coffee grinders compared, in euros: Alpha 90, Beta 120, Gamma 75. Gamma is the cheapest.";
  await engine.execute(submitWork, { taskId, workerId: worker.id, text });
  const stateOf = async (id: Id) => (await taskOf(house, "id", id)).state;
  await expect.poll(() => stateOf(taskId), { timeout: 20_000 }).toBe("completed");
  await expect.poll(() => stateOf(project.id), { timeout: 20_000 }).toBe("in_review");
  await house.expectLedgerToBalance();
  return title;
}

it("a running house leads a project from the buyer's brief over a checked delivery to the whole by itself", async () => {
  const house = await openTestHouse({ takesJobs: true });
  try {
    expect(await lead(house)).toBe("A task");
  } finally {
    await house.close();
  }
});

it("a house with a model asks it for the plan, and about the delivery", async () => {
  const { baseUrl } = model;
  const times = { timeoutMs: 5_000, answerMs: 5_000 };
  const settings = {
    kind: "openai-compatible",
    model: "m",
    baseUrl,
    apiKey: undefined,
    prices: new Map(),
    ...times,
  } as const;
  const house = await openTestHouse({ takesJobs: true, config: { model: settings } });
  try {
    const parts = [{ title: "The model's part", description: "Compare them.", weight: 1, needs: [] }];
    model.script(
      { say: JSON.stringify({ parts }) },
      // For the platform's checks, and for the manager.
      { say: '{"score": 1, "reason": "All there."}' },
      { say: '{"accepts": true, "reasons": []}' },
    );
    expect(await lead(house)).toBe("The model's part");
    expect(model.questions.map(({ system }) => system.split("\n")[0])).toEqual([
      expect.stringMatching(/^You plan a project/),
      expect.stringMatching(/^You judge whether/),
      expect.stringMatching(/^You review one part/),
    ]);
  } finally {
    await house.close();
  }
});
