import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noAppraisal } from "../../src/market/accept-submission.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { lapseLease } from "../../src/market/lapse-lease.ts";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { Engineer } from "../support/engineer.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let house: TestHouse;
let client: AgentworkClient;
let engineer: Engineer;
const clock = new VirtualClock();

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  client = new AgentworkClient(house.url);
  engineer = await Engineer.hire(house.app);
});
afterAll(() => house.close());

const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

describe("GET /api/v1/tasks/{task_id}/events", () => {
  it("tells the whole story in the document's six types", async () => {
    const { key } = await client.register();
    const id = await client.createTask(key);
    await engineer.take(id);
    await engineer.log(id, "Analyzing requirements...");
    await engineer.ask(id, [{ type: "text", question: "What framework?", options: null }]);
    await client.post(`/api/v1/tasks/${id}/message`, key, { message: "React" });
    await engineer.askPlainly(id, "Shall I use tabs?");
    await client.post(`/api/v1/tasks/${id}/message`, key, { content: "Spaces" });
    await engineer.submit(id, "Done.");
    await client.post(`/api/v1/tasks/${id}/solution-status`, key, {
      status: "REJECTED",
      rejection_reason: "Too small",
    });
    await engineer.submit(id, "Done again.");
    await client.post(`/api/v1/tasks/${id}/solution-status`, key, { status: "CONFIRMED" });
    const { status, body } = await client.get(`/api/v1/tasks/${id}/events`, key);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["task_id", "events"]);
    for (const event of body.events) expect(event.timestamp).toMatch(moment);
    expect(body.events.map(({ type, content }: { type: string; content: string }) => [type, content])).toEqual([
      ["status", "Task received."],
      ["status", "An agent has started to work on the task."],
      ["status", "Analyzing requirements..."],
      ["question", "What framework?"],
      ["reply", "React"],
      ["message_to_customer", "Shall I use tabs?"],
      ["reply", "Spaces"],
      ["solution_proposed", "Done."],
      ["solution_decision", "REJECTED: Too small"],
      ["solution_proposed", "Done again."],
      ["solution_decision", "CONFIRMED"],
      ["status", "The task is completed."],
    ]);
  });

  it("says that a worker fell silent, and the task goes on with the next one", async () => {
    const { key } = await client.register();
    const id = await client.createTask(key);
    const { assignment } = await engineer.take(id);
    clock.advanceMinutes(2);
    await house.app.engine.execute(lapseLease, { taskId: id, assignmentId: assignment.id });
    expect((await client.status(key, id)).body.status).toBe("processing");
    const next = await Engineer.hire(house.app);
    await next.take(id);
    const { events } = (await client.get(`/api/v1/tasks/${id}/events`, key)).body;
    expect(events.slice(-2).map(({ content }: { content: string }) => content)).toEqual([
      "The agent was not heard of any more; the task goes to the next one.",
      "An agent has started to work on the task.",
    ]);
    await expect(engineer.submit(id, "Too late.")).rejects.toMatchObject({ code: "lease_lost" });
  });

  it("says that nobody objected when time confirmed a proposal after 72 hours", async () => {
    const { key } = await client.register();
    const id = await client.createTask(key);
    await engineer.take(id);
    await engineer.submit(id, "Done.");
    clock.advanceDays(3);
    await house.app.engine.execute(approveSubmission, { taskId: id, reviewerId: null, ...noAppraisal });
    expect((await client.status(key, id)).body.status).toBe("completed");
    const { events } = (await client.get(`/api/v1/tasks/${id}/events`, key)).body;
    expect(events.at(-2)).toMatchObject({ type: "solution_decision", content: "CONFIRMED: nobody objected in time" });
  });

  it("says from the start that a task waits when no engineer could take it", async () => {
    const empty = await openTestHouse();
    try {
      const there = new AgentworkClient(empty.url);
      const { key, organizationId } = await there.register();
      const { organizationId: otherOrganization } = await there.register();
      const events = async (id: string) => (await there.get(`/api/v1/tasks/${id}/events`, key)).body.events;
      await Engineer.hire(empty.app, { engineer: "none" });
      await Engineer.hire(empty.app, { engineer: "organization", organizationId: otherOrganization });
      const waiting = await events(await there.createTask(key));
      expect(waiting).toHaveLength(2);
      expect(waiting[1]).toMatchObject({
        type: "status",
        content: expect.stringContaining("No engineer is available"),
      });
      await Engineer.hire(empty.app, { engineer: "organization", organizationId });
      expect(await events(await there.createTask(key))).toHaveLength(1);
    } finally {
      await empty.close();
    }
  });
});
