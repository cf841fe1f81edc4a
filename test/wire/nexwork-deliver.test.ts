import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestRevision } from "../../src/market/request-revision.ts";
import { type Member, openOrganization } from "../support/club-client.ts";
import {
  approve,
  decide,
  NexworkClient,
  openCompetition,
  openCompetitor,
  shortlist,
} from "../support/nexwork-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const clock = new VirtualClock();
let house: TestHouse;
let nexwork: NexworkClient;
let poster: Member;
let agent: Member;
let rival: Member;

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  nexwork = new NexworkClient(house.url);
  poster = await openOrganization(house, 10_000_000);
  [agent, rival] = [await openCompetitor(house), await openCompetitor(house)];
});
afterAll(() => house.close());

/** A task on which these agents have been shortlisted; both agents have proposed. */
async function underway(...workers: readonly Member[]): Promise<string> {
  const id = await openCompetition(house, poster.id);
  for (const { key } of [agent, rival]) await nexwork.propose(id, key);
  await shortlist(house, id, ...workers);
  return id;
}

async function expectConflict(id: string, key: string, taskStatus?: string): Promise<void> {
  const { status, body } = await nexwork.deliver(id, key);
  expect([status, body.error.code, body.error.details?.taskStatus]).toEqual([409, "CONFLICT", taskStatus]);
}

describe("a delivery", () => {
  it("is answered as the document prints", async () => {
    const id = await underway(agent);
    const { status, body } = await nexwork.deliver(id, agent.key, {
      content: "Here is the completed research and summary.",
      submissionUrl: "https://example.com/final-deliverable.csv",
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      deliverableId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "submitted",
      meta: { taskStatus: "DELIVERED", deliverableNumber: 1, linkCount: 1, autoEvalScheduled: true },
    });
  });

  it.each([
    [{ content: "Text." }, 0],
    [{ fileUrls: ["https://example.com/a.csv", "HTTP://example.com/b.csv"] }, 2],
    [{ submissionUrl: "http://example.com/c" }, 1],
    [{ content: "", fileUrls: [], submissionUrl: "https://example.com/c?x=1#y" }, 1],
    [{ content: "Text.", fileUrls: Array.from({ length: 100 }, (_, n) => `https://example.com/${n}`) }, 100],
  ])("may be text, files or a link: %j", async (work, linkCount) => {
    const { status, body } = await nexwork.deliver(await underway(agent), agent.key, work);
    expect([status, body.meta?.linkCount]).toEqual([201, linkCount]);
  });

  it("moves the task to DELIVERED once everybody shortlisted has delivered", async () => {
    const id = await underway(agent, rival);
    expect((await nexwork.deliver(id, agent.key)).body.meta).toMatchObject({ taskStatus: "IN_EXECUTION" });
    await expectConflict(id, agent.key, "IN_EXECUTION");
    expect((await nexwork.deliver(id, rival.key)).body.meta).toMatchObject({
      taskStatus: "DELIVERED",
      deliverableNumber: 1,
    });
  });

  it("may follow when a revision is asked for, and counts on", async () => {
    const id = await underway(agent);
    const firstKey = randomUUID();
    const original = () => nexwork.post(`/tasks/${id}/deliver`, agent.key, { content: "Rows." }, firstKey);
    const answered = (await original()).body;
    await expectConflict(id, agent.key, "DELIVERED");
    await house.app.engine.execute(requestRevision, { taskId: id, posterId: poster.id, reason: "More rows." });
    expect((await nexwork.get(`/tasks/${id}`, agent.key)).body).toMatchObject({
      status: "IN_EXECUTION",
      agentContext: { canDeliver: true, assignment: { status: "revision" } },
    });
    const key = randomUUID();
    const again = () => nexwork.post(`/tasks/${id}/deliver`, agent.key, { content: "More." }, key);
    const [first, second] = [await again(), await again()];
    expect(first.body.meta).toMatchObject({ taskStatus: "DELIVERED", deliverableNumber: 2 });
    expect(second.body).toEqual(first.body);
    expect((await original()).body).toEqual(answered);
    const { body } = await nexwork.get("/agents/me/tasks?limit=1", agent.key);
    expect(body.tasks[0].latestDeliverable).toMatchObject({ deliverableNumber: 2, content: "More.", review: null });
  });

  it("at the same moment as another of the same agent is one", async () => {
    const id = await underway(agent);
    const answers = await Promise.all(Array.from({ length: 8 }, () => nexwork.deliver(id, agent.key)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  });
});

describe("a delivery is refused", () => {
  it("with 403 to whoever has proposed but is not shortlisted, before and after others are", async () => {
    const id = await openCompetition(house, poster.id);
    for (const { key } of [agent, rival]) await nexwork.propose(id, key);
    expect((await nexwork.deliver(id, rival.key)).status).toBe(403);
    await shortlist(house, id, agent);
    expect((await nexwork.deliver(id, rival.key)).body.error).toEqual({
      code: "FORBIDDEN",
      message: "Only shortlisted agents can deliver on this task.",
    });
  });

  it("with 404 where the agent sees no task", async () => {
    const stranger = await openCompetitor(house);
    for (const id of [await underway(agent), randomUUID(), "no-id"]) {
      expect((await nexwork.deliver(id, stranger.key)).status).toBe(404);
    }
    const open = await openCompetition(house, poster.id);
    expect((await nexwork.deliver(open, stranger.key)).status).toBe(403);
  });

  it("with 409 once the task is decided, for the winner and the loser", async () => {
    const id = await underway(agent, rival);
    for (const { key } of [agent, rival]) await nexwork.deliver(id, key);
    await approve(house, id, agent);
    for (const { key } of [agent, rival]) await expectConflict(id, key, "COMPLETED");
  });

  it("with 409 once the time to deliver is over, to the millisecond", async () => {
    const [inTime, late] = [await underway(agent), await underway(agent)];
    clock.advanceMinutes(600 - 1 / 60_000);
    expect((await nexwork.deliver(inTime, agent.key)).status).toBe(201);
    clock.advanceMinutes(1 / 60_000);
    await expectConflict(late, agent.key);
  });

  it("with 403 and the reason from the moment an admin suspends the agent, and not after it is let in again", async () => {
    const worker = await openCompetitor(house);
    const id = await openCompetition(house, poster.id);
    await nexwork.propose(id, worker.key);
    await shortlist(house, id, worker);
    const sending = Array.from({ length: 4 }, () => nexwork.deliver(id, worker.key));
    await decide(house, worker.id, "suspended");
    for (const { status } of await Promise.all(sending)) expect([201, 403, 409]).toContain(status);
    const { status, body } = await nexwork.deliver(id, worker.key);
    expect([status, body.error.code, body.error.details]).toEqual([403, "FORBIDDEN", { approvalStatus: "SUSPENDED" }]);
    await decide(house, worker.id, "approved");
    expect((await nexwork.get(`/tasks/${id}`, worker.key)).status).toBe(200);
    await house.expectLedgerToBalance();
  });

  it("by the market itself when the suspension comes between the door and the book", async () => {
    const worker = await openCompetitor(house);
    const id = await openCompetition(house, poster.id);
    await nexwork.propose(id, worker.key);
    await shortlist(house, id, worker);
    // Holds the task, so that the delivery has passed the door when the suspension commits.
    const client = await house.app.database.reads.connect();
    try {
      await client.query("begin");
      await client.query("select 1 from tasks where id = $1 for update", [id]);
      const delivering = nexwork.deliver(id, worker.key);
      await waitUntilBlocked(client);
      await client.query("update parties set approval = 'suspended' where id = $1", [worker.id]);
      await client.query("commit");
      const { status, body } = await delivering;
      expect([status, body.error.details]).toEqual([403, { approvalStatus: "SUSPENDED" }]);
    } finally {
      client.release();
    }
  });

  let wrongTaskId: string;
  beforeAll(async () => {
    wrongTaskId = await underway(agent);
  });
  const link = "must be a link that begins with http:// or https://";
  it.each([
    [{}, "content", "Provide content, fileUrls or submissionUrl"],
    [{ content: "  \n", fileUrls: [] }, "content", "Provide content, fileUrls or submissionUrl"],
    [{ content: 5 }, "content", "Content must be text"],
    [{ content: "x".repeat(100_001) }, "content", "Content must be at most 100000 characters"],
    [{ content: "x", fileUrls: "https://example.com" }, "fileUrls", "File URLs must be a list"],
    [{ content: "x", fileUrls: [5] }, "fileUrls", "Every entry of File URLs must be text"],
    [
      { fileUrls: Array.from({ length: 101 }, () => "https://example.com") },
      "fileUrls",
      "File URLs must have at most 100 entries",
    ],
    ...[
      "javascript:alert(1)",
      "JavaScript:alert(1)//https://example.com",
      " javascript:alert(1)",
      "data:text/html,<script>",
      "vbscript:x",
      "file:///etc/passwd",
      "ftp://example.com",
      "//example.com/a",
      "/a",
      "example.com",
      "https://",
      "https:example.com",
      "https://a b",
      "https://example.com@evil.example",
      "https://user:secret@example.com",
      "",
    ].flatMap((url): [unknown, string, string][] => [
      [{ content: "x", submissionUrl: url }, "submissionUrl", `Submission URL ${link}`],
      [{ content: "x", fileUrls: ["https://example.com", url] }, "fileUrls", `Every entry of File URLs ${link}`],
    ]),
  ])("with 400 for %j", async (work, field, message) => {
    const { status, body } = await nexwork.deliver(wrongTaskId, agent.key, work);
    expect(status).toBe(400);
    expect(body.error).toEqual({
      code: "VALIDATION_ERROR",
      message,
      details: { fieldErrors: { [field as string]: [message] } },
    });
  });
});

async function waitUntilBlocked(client: { query(text: string): Promise<{ rows: { n: number }[] }> }): Promise<void> {
  const giveUpAtMs = Date.now() + 5_000;
  for (;;) {
    const { rows } = await client.query(
      "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if ((rows[0]?.n ?? 0) > 0) return;
    if (Date.now() > giveUpAtMs) throw new Error("The delivery did not come as far as the task.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
