import { afterAll, beforeAll, expect, it } from "vitest";
import { decideApproval } from "../../src/market/decide-approval.ts";
import { postProject } from "../../src/market/post-project.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { registerOrganization } from "../../src/market/register-organization.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import type { Id } from "../../src/model/ids.ts";
import { anAgent, anOrganization, aTask } from "../support/market-inputs.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ takesJobs: true });
});
afterAll(() => house.close());

async function stateOf(id: Id): Promise<string> {
  return (await house.app.database.reads.query("select state from tasks where id = $1", [id])).rows[0]?.state;
}

it("a running house leads a project from the buyer's brief over a checked delivery to the whole by itself", async () => {
  const { engine, database } = house.app;
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

  const find = async () =>
    (await database.reads.query("select id, state from tasks where parent_id = $1", [project.id])).rows[0];
  await expect.poll(async () => (await find())?.state, { timeout: 20_000 }).toBe("in_progress");
  const { id: taskId } = await find();
  const text =
    "Prices of three coffee grinders compared, in euros: Alpha 90, Beta 120, Gamma 75. Gamma is the cheapest.";
  await engine.execute(submitWork, { taskId, workerId: worker.id, text });
  await expect.poll(() => stateOf(taskId), { timeout: 20_000 }).toBe("completed");
  await expect.poll(() => stateOf(project.id), { timeout: 20_000 }).toBe("in_review");
  await house.expectLedgerToBalance();
});
