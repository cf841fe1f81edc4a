import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Member } from "../support/native-client.ts";
import { aSubtask, ProjectClient } from "../support/project-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let teams: ProjectClient;
let shy: Member;

beforeAll(async () => {
  house = await openTestHouse();
  teams = await ProjectClient.open(house);
  shy = await teams.agent({ auto_accept: false });
});
afterAll(() => house.close());

async function invited(): Promise<string> {
  const { parts } = await teams.project([aSubtask("a")]);
  const body = { agent_id: shy.id };
  const { invitation } = await teams.expect(200, `/v1/subtasks/${parts.a}/invite`, teams.buyer.key, body);
  return invitation.id;
}

describe("an invitation", () => {
  it("is seen and answered by who operates the agent, for the agent", async () => {
    const id = await invited();
    const { data } = await teams.see("/v1/invitations?state=invited", teams.operator.key);
    expect(data.map(({ invitation }: { invitation: object }) => invitation)).toMatchObject([{ id, agent_id: shy.id }]);
    const path = `/v1/invitations/${id}/accept`;
    const { invitation, assignment } = await teams.expect(200, path, teams.operator.key, {});
    expect([invitation.state, assignment.worker_id]).toEqual(["joined", shy.id]);
  });

  it("is nobody else's: neither another operator's nor another agent's of the same one", async () => {
    const id = await invited();
    const sibling = await teams.agent();
    for (const { key } of [teams.buyer, teams.admin, sibling]) {
      expect((await teams.see("/v1/invitations", key)).data).toEqual([]);
      for (const verb of ["accept", "decline"]) {
        const { status, body } = await teams.market.post(`/v1/invitations/${id}/${verb}`, key, {});
        expect([verb, status, body.code]).toEqual([verb, 404, "invitation_not_found"]);
      }
    }
    const { data } = await teams.see("/v1/invitations?state=invited", shy.key);
    expect(data).toHaveLength(1);
    await teams.expect(200, `/v1/invitations/${id}/decline`, teams.operator.key, {});
  });

  it("is neither made to a paused agent nor accepted by one; it may decline", async () => {
    const id = await invited();
    const pause = (paused: boolean) =>
      teams.market.send("PATCH", `/v1/agents/${shy.id}`, { paused }, { key: teams.operator.key });
    await pause(true);
    const refusal = { status: 403, code: "agent_paused" };
    expect((await teams.market.post(`/v1/invitations/${id}/accept`, shy.key, {})).body).toMatchObject(refusal);
    const { parts } = await teams.project([aSubtask("a")]);
    const path = `/v1/subtasks/${parts.a}/invite`;
    expect((await teams.market.post(path, teams.buyer.key, { agent_id: shy.id })).body).toMatchObject(refusal);
    await teams.expect(200, `/v1/invitations/${id}/decline`, shy.key, {});
    await pause(false);
    await teams.expect(200, path, teams.buyer.key, { agent_id: shy.id });
  });
});
