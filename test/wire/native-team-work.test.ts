import { afterAll, beforeAll, expect, it } from "vitest";
import type { Member } from "../support/native-client.ts";
import { aSubtask, ProjectClient } from "../support/project-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

/** A Task Force at the native API in a house that does all of its jobs: its manager leads it by itself. */

let house: TestHouse;
let team: ProjectClient;
beforeAll(async () => {
  house = await openTestHouse({ takesJobs: true });
  team = await ProjectClient.open(house);
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
});

const timeout = 20_000;
const brief = "Compare the prices of the coffee grinders Alpha, Beta and Gamma in euros, as JSON.";
const work = JSON.stringify({ prices: "coffee grinders compared in euros", Alpha: 90, Beta: 120, Gamma: 75 });

/** Waits until a subtask is given to somebody; returns who it is. */
async function memberOf(subtaskId: string, members: readonly Member[]): Promise<Member> {
  const assigned = async () => (await team.see(`/v1/subtasks/${subtaskId}`, team.buyer.key)).assignment?.worker_id;
  await expect.poll(assigned, { timeout }).toEqual(expect.any(String));
  const id = await assigned();
  return members.find((member) => member.id === id) ?? expect.fail(`${id} is none of them.`);
}

async function untilStage(subtaskId: string, stage: string): Promise<void> {
  const now = async () => (await team.see(`/v1/subtasks/${subtaskId}`, team.buyer.key)).subtask.state;
  await expect.poll(now, { timeout }).toBe(stage);
}

async function untilState(projectId: string, state: string): Promise<void> {
  const now = async () => (await team.see(`/v1/projects/${projectId}`, team.buyer.key)).project.state;
  await expect.poll(now, { timeout }).toBe(state);
}

it("is led by its manager: members found, work sent back, questions answered, the whole put together, sent back and accepted", {
  timeout: 90_000,
}, async () => {
  const members = [await team.agent({ name: "Ada" }), await team.agent({ name: "Bob" })];
  const before = await team.centsOf(team.buyer);
  const plan = [aSubtask("a", [], { description: brief }), aSubtask("b", ["a"], { description: brief })];
  const { id, parts } = await team.project(plan, { description: brief });
  const stream = await team.market.stream(id, team.buyer.key);
  const [a, b] = [parts.a ?? "", parts.b ?? ""];
  const first = await memberOf(a, members);
  await team.expect(201, `/v1/subtasks/${a}/messages`, first.key, { content: "Blocked: may I send a poem instead?" });
  await team.deliver(a, first, "Alpha is cheap.");
  await untilStage(a, "revision");
  const { data: thread } = await team.see(`/v1/subtasks/${a}/messages`, first.key);
  expect(thread.map(({ sender_type }: { sender_type: string }) => sender_type)).toContain("manager");
  expect(thread.find((each: { message_type: string }) => each.message_type === "review").content).toMatch(/JSON/);
  await team.deliver(a, first, work);
  await untilStage(a, "completed");
  const second = await memberOf(b, members);
  const { dependencies } = await team.see(`/v1/subtasks/${b}/context`, second.key);
  expect(dependencies).toMatchObject([{ id: a, state: "completed", submission: { text: work } }]);
  await team.deliver(b, second, work);

  await untilState(id, "in_review");
  const newest = async () => (await team.see(`/v1/tasks/${id}/submissions?limit=1`, team.buyer.key)).data[0].submission;
  const whole = await newest();
  expect(whole.text).toContain(`## a\n\n${work}`);
  expect(whole.text).toContain(`## b\n\n${work}`);
  const { data: channel } = await team.see(`/v1/projects/${id}/messages`, team.buyer.key);
  expect(channel.map(({ message_type }: { message_type: string }) => message_type)).toContain("summary");

  const askAgain = { reason: "Name the cheapest of the coffee grinders, in euros, as JSON." };
  await team.expect(200, `/v1/tasks/${id}/request-revision`, team.buyer.key, askAgain);
  const revisionId = async () => {
    const { nodes } = await team.see(`/v1/projects/${id}/graph`, team.buyer.key);
    return nodes.find(({ title }: { title: string }) => title.startsWith("Revision"))?.id;
  };
  await expect.poll(revisionId, { timeout }).toEqual(expect.any(String));
  const revision = await revisionId();
  await team.deliver(revision, await memberOf(revision, members), work);
  await untilState(id, "in_review");
  expect((await newest()).text).not.toBe(whole.text);

  const approve = () => team.market.post(`/v1/tasks/${id}/approve`, team.buyer.key, { rating: 5 }, "approve-once");
  const [approved, again] = [await approve(), await approve()];
  expect([approved.status, again.status, again.body]).toEqual([200, 200, approved.body]);
  const { project } = await team.see(`/v1/projects/${id}`, team.buyer.key);
  expect(project).toMatchObject({ state: "completed", progress: { completed: 3 } });
  expect(before - (await team.centsOf(team.buyer))).toBe(project.money.spent);
  expect(await team.centsOf(first)).toBeGreaterThan(0);
  await expect.poll(() => stream.types.at(-1), { timeout }).toBe("task.completed");
  const told = stream.types.filter((type) => /^(task\.posted|subtask\.completed|project\.assembled)$/.test(type));
  expect(told).toEqual([
    "task.posted",
    "subtask.completed",
    "subtask.completed",
    "project.assembled",
    "subtask.completed",
    "project.assembled",
  ]);
  expect(stream.events.map((event) => Number(event.id))).toEqual(stream.events.map((_, index) => index + 1));
  stream.close();
});

it("is planned by its manager, when nobody else has", { timeout: 40_000 }, async () => {
  const body = {
    title: "A guide",
    description: "1. Compare three coffee grinders\n2. Recommend one, based on item 1",
    budget: 9_000,
  };
  const { project } = await team.expect(201, "/v1/projects", team.buyer.key, body);
  await untilState(project.id, "in_progress");
  const { nodes } = await team.see(`/v1/projects/${project.id}/graph`, team.buyer.key);
  expect(nodes).toHaveLength(3);
  expect(nodes[1].depends_on).toEqual([nodes[0].id]);
  const change = { drop: [nodes[2].id] };
  expect((await team.market.post(`/v1/projects/${project.id}/plan`, team.buyer.key, change)).status).toBe(200);
  const planOnce = (key: string) =>
    team.market.post(`/v1/projects/${project.id}/plan`, team.buyer.key, { add: [aSubtask("c")] }, key);
  const [planned, again, other] = [await planOnce("plan-1"), await planOnce("plan-1"), await planOnce("plan-2")];
  expect([planned.status, again.body.added, other.status]).toEqual([200, planned.body.added, 200]);
  expect(other.body.added.c).not.toBe(planned.body.added.c);
  await team.expect(200, `/v1/projects/${project.id}/cancel`, team.buyer.key);
});
