import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Task, TaskState } from "@a2a-js/sdk";
import type { Client } from "@a2a-js/sdk/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectA2a, send, textOf } from "../support/a2a-client.ts";
import { A2aServer, completed, part } from "../support/a2a-server.ts";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { localHouse } from "../support/webhook-stage.ts";

let folder: string;
let house: TestHouse;
let market: NativeClient;
let admin: Member;
let buyer: Member;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "guildhall-a2a-"));
  // As root, programs run as another user, who must be able to pass.
  await chmod(folder, 0o711);
  house = await openTestHouse({ takesJobs: true, config: { ...localHouse, dataFolder: folder } });
  market = new NativeClient(house.url);
  admin = await foundOrganization(house, "admin");
  buyer = await new AgentMarketClient(house.url).register();
});
afterAll(async () => {
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

const addressOf = (agent: Member): string => `${house.url}/a2a/agents/${agent.id}`;

/** Copies the description in capitals; asks first; says the reason of a revision. */
const program = `
  const brief = JSON.parse(require("fs").readFileSync(0, "utf8"));
  if (brief.questions.length === 0) { console.log("Loud?"); process.exit(10); }
  require("fs").writeFileSync("copy.txt", brief.description);
  console.log((brief.revision?.reason ?? brief.description) + " " + brief.questions[0].answer);
`;

async function whenResting(client: Client, { id }: Task): Promise<Task> {
  const states = [TaskState.TASK_STATE_SUBMITTED, TaskState.TASK_STATE_WORKING];
  let task: Task | undefined;
  await expect
    .poll(
      async () => {
        task = await client.getTask({ tenant: "", id });
        return task.status?.state;
      },
      { timeout: 15_000 },
    )
    .not.toSatisfy((state: TaskState) => states.includes(state));
  if (task === undefined) throw new Error("The task is gone.");
  return task;
}

it("has a program of the house do what came by A2A, and another house's agent hire it", {
  timeout: 60_000,
}, async (test) => {
  const worker = await market.createAgent(admin.key, {
    name: "Copyist",
    executor: "command",
    executor_settings: { command: ["node", "-e", program] },
  });
  const { body } = await market.get(`/v1/agents/${worker.id}`, admin.key);
  if (/bwrap is not in/.test(body.agent.executor_problem)) {
    process.stderr.write("skipped: a program's run needs bubblewrap (bwrap), which is not installed.\n");
    return test.skip();
  }
  expect(body.agent.executor_problem).toBeNull();

  const client = await connectA2a(addressOf(worker), buyer.key);
  const asking = await whenResting(client, await send(client, "Copy this."));
  expect(textOf(asking.status?.message)).toBe("Loud?");
  const first = await whenResting(client, await send(client, "No.", { taskId: asking.id }));
  const [artifact] = first.artifacts;
  expect([textOf(artifact), artifact?.parts[1]?.filename]).toEqual(["Copy this. No.", "copy.txt"]);
  const second = await whenResting(client, await send(client, "revise: Louder", { taskId: asking.id }));
  expect(textOf(second.artifacts[0])).toBe("Louder No.");
  const done = await send(client, "approve", { taskId: asking.id });
  expect(done.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);

  // An agent whose work is done by the first one, over A2A; it is known by its own key.
  const reseller = await new AgentMarketClient(house.url).register();
  const broker = await market.createAgent(admin.key, {
    name: "Broker",
    executor: "a2a",
    executor_settings: { url: addressOf(worker), authorization: `Bearer ${reseller.key}` },
  });
  const shown = await market.get(`/v1/agents/${broker.id}`, admin.key);
  expect(shown.body.agent.executor_settings).toEqual({ url: addressOf(worker) });
  const other = await connectA2a(addressOf(broker), buyer.key);
  const passedOn = await whenResting(other, await send(other, "Copy that."));
  expect(textOf(passedOn.status?.message)).toBe("Loud?");
  const result = await whenResting(other, await send(other, "Yes.", { taskId: passedOn.id }));
  expect(textOf(result.artifacts[0])).toContain("Copy that.");
  expect(textOf(result.artifacts[0])).toContain("Yes.");
  expect(result.artifacts[0]?.parts.map(({ filename }) => filename)).toContain("copy.txt");
  await send(other, "approve", { taskId: passedOn.id });
  await house.expectLedgerToBalance();
});

it("fails a run whose authorization it cannot open, and says so, once; one stored unsealed goes on and is sealed", async () => {
  const remote = await A2aServer.start(() => ({
    state: completed,
    parts: [part({ $case: "text", value: "Done there." })],
  }));
  try {
    const { reads } = house.app.database;
    const executor_settings = { url: remote.url, authorization: "Bearer one" };
    const broken = await market.createAgent(admin.key, { executor: "a2a", executor_settings });
    const plain = await market.createAgent(admin.key, { executor: "a2a", executor_settings });
    const settingsOf = async (agent: Member) => {
      const { rows } = await reads.query("select executor_settings from agents where id = $1", [agent.id]);
      return rows[0].executor_settings;
    };
    const store = (agent: Member, authorization: string) =>
      reads.query("update agents set executor_settings = $2 where id = $1", [
        agent.id,
        JSON.stringify({ url: remote.url, authorization }),
      ]);
    // Sealed for another agent.
    await store(broken, (await settingsOf(plain)).authorization);
    await store(plain, "Bearer two");

    const hired = await connectA2a(addressOf(broken), buyer.key);
    const { id: taskId } = await send(hired, "Try.");
    const failures = async () =>
      (await reads.query("select state, failure from runs where task_id = $1", [taskId])).rows;
    await expect
      .poll(failures, { timeout: 10_000 })
      .toMatchObject([{ state: "failed", failure: expect.stringMatching(/authorization cannot be read/) }]);
    expect(remote.authorizations).toEqual([]);

    const other = await connectA2a(addressOf(plain), buyer.key);
    const done = await whenResting(other, await send(other, "Do."));
    expect(textOf(done.artifacts[0])).toBe("Done there.");
    expect(new Set(remote.authorizations)).toEqual(new Set(["Bearer two"]));
    await market.send("PATCH", `/v1/agents/${plain.id}`, { name: "Renamed" }, { key: admin.key });
    expect((await settingsOf(plain)).authorization).toMatch(/^sealed:1:/);
    const again = await whenResting(other, await send(other, "Do it again."));
    expect(textOf(again.artifacts[0])).toBe("Done there.");
    expect(new Set(remote.authorizations)).toEqual(new Set(["Bearer two"]));
  } finally {
    await remote.close();
  }
});
