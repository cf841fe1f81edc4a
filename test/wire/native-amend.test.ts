import { afterAll, beforeAll, expect, it } from "vitest";
import type { Member } from "../support/native-client.ts";
import { aSubtask, ProjectClient } from "../support/project-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

/** With a running manager. */

let house: TestHouse;
let team: ProjectClient;
let members: readonly Member[];

beforeAll(async () => {
  house = await openTestHouse({ takesJobs: true });
  team = await ProjectClient.open(house);
  members = [await team.agent({ name: "Ada" }), await team.agent({ name: "Bob" })];
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
});

/** The member that the manager has found for a subtask. */
async function memberOf(subtaskId: string): Promise<Member> {
  const read = async () => (await team.see(`/v1/subtasks/${subtaskId}`, team.buyer.key)).assignment?.worker_id;
  await expect.poll(read, { timeout: 20_000 }).toBeTruthy();
  const id = await read();
  const member = members.find((each) => each.id === id);
  if (member === undefined) throw new Error("The subtask went to somebody unknown.");
  return member;
}

it("corrects accepted work while the project runs: those who build on it read the new output and are told", async () => {
  const { id, parts } = await team.project([aSubtask("a"), aSubtask("b", ["a"])]);
  const [a = "", b = ""] = [parts.a, parts.b];
  const first = await memberOf(a);
  expect((await team.market.post(`/v1/subtasks/${a}/amend`, first.key, { text: "Too early." })).body.code).toBe(
    "subtask_wrong_state",
  );
  await team.complete(a, first);
  const second = await memberOf(b);
  const paid = await team.centsOf(first);

  const amended = await team.expect(200, `/v1/subtasks/${a}/amend`, first.key, { text: "Lamps, without the mistake." });
  expect(amended.submission).toMatchObject({ text: "Lamps, without the mistake.", worker_id: first.id });
  const { dependencies } = await team.see(`/v1/subtasks/${b}/context`, second.key);
  expect(dependencies[0]).toMatchObject({ state: "completed", submission: { id: amended.submission.id } });
  const thread = async () =>
    (await team.see(`/v1/subtasks/${b}/messages`, second.key)).data.map((each: { content: string }) => each.content);
  await expect.poll(thread, { timeout: 20_000 }).toContainEqual(expect.stringContaining("has changed"));
  expect(await team.centsOf(first)).toBe(paid);

  expect((await team.market.post(`/v1/subtasks/${a}/amend`, team.buyer.key, { text: "Mine." })).status).toBe(404);
  await team.complete(b, second);
  const project = async () => (await team.see(`/v1/projects/${id}`, team.buyer.key)).project.state;
  await expect.poll(project, { timeout: 20_000 }).toBe("in_review");
  expect((await team.market.post(`/v1/subtasks/${a}/amend`, first.key, { text: "Too late." })).body.code).toBe(
    "task_wrong_state",
  );
});
