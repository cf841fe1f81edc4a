import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
beforeAll(async () => {
  const model = { kind: "openai-compatible", model: "m", baseUrl: "http://127.0.0.1:9/v1", apiKey: undefined } as const;
  house = await openTestHouse({
    takesJobs: true,
    config: {
      model: { ...model, timeoutMs: 1_000, answerMs: 1_000, prices: new Map() },
      sandbox: { limits: {}, readOnlyFolders: ["/there-is-no-such-folder"] },
    },
  });
});
afterAll(() => house.close());

describe("where the sandbox does not hold", () => {
  it("the engineer's maker, its customer and /readyz are told, and nothing is run", async () => {
    const reason = expect.stringContaining("/there-is-no-such-folder, which does not exist");
    const customer = new AgentworkClient(house.url);
    const { body: ready } = await customer.get("/readyz");
    expect(ready).toMatchObject({ status: "ok", sandbox: { holds: false, limited_by: null, refusal: reason } });
    expect(ready.unusable_executors).toMatchObject({ engineer: reason });
    expect(ready.unusable_executors).not.toHaveProperty("prompt");

    const { key } = await customer.register();
    const made = await new NativeClient(house.url).post("/v1/agents", key, {
      name: "Engineer",
      engineer: "organization",
      executor: "engineer",
    });
    expect(made.body.agent).toMatchObject({ executor: "engineer", executor_problem: reason });

    const taskId = await customer.createTask(key);
    const { body: log } = await customer.get(`/api/v1/tasks/${taskId}/events`, key);
    expect(log.events[1]).toMatchObject({
      type: "status",
      content: expect.stringContaining("No engineer is available"),
    });
  });
});
