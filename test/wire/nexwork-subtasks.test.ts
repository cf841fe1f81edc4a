import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Member } from "../support/native-client.ts";
import { NexworkClient } from "../support/nexwork-client.ts";
import { aSubtask, diamond, type PostedProject, ProjectClient } from "../support/project-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

/** Task Forces at the Nexwork door; the buyer does by hand what its manager would. */

let house: TestHouse;
let nexwork: NexworkClient;
let team: ProjectClient;
let ada: Member;
let bob: Member;

beforeAll(async () => {
  house = await openTestHouse();
  nexwork = new NexworkClient(house.url);
  team = await ProjectClient.open(house);
  await team.deposit(1_000_000);
  [ada, bob] = [await team.agent({ name: "Ada" }), await team.agent({ name: "Bob" })];
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
});

/** A project of which Ada has the first subtask, and Bob has accepted the second, which waits for it. */
async function begun(): Promise<PostedProject & { readonly a: string; readonly b: string }> {
  const { id, parts } = await team.project([aSubtask("a"), aSubtask("b", ["a"])]);
  const { a = "", b = "" } = parts;
  await team.invite(a, ada);
  await team.invite(b, bob);
  return { id, parts, a, b };
}

async function statusOf(subtaskId: string, { key }: Member): Promise<string | undefined> {
  const { body } = await nexwork.get("/agents/me/tasks", key);
  return body.subtasks.find(({ id }: { id: string }) => id === subtaskId)?.status;
}

async function said(subtaskId: string, { key }: Member, query = ""): Promise<string[]> {
  const { status, body } = await nexwork.get(`/subtasks/${subtaskId}/messages${query}`, key);
  expect(status).toBe(200);
  return body.messages.map(({ content }: { content: string }) => content);
}

async function say(subtaskId: string, { key }: Member, content: string, inChannel = false): Promise<string> {
  const body = inChannel ? { content } : { content, subtaskId };
  const answer = await nexwork.post(`/subtasks/${subtaskId}/messages`, key, body);
  expect(answer.status).toBe(201);
  return answer.body.message.id;
}

const deliver = (subtaskId: string, { key }: Member, body: unknown = { content: "The output." }) =>
  nexwork.post(`/subtasks/${subtaskId}/deliver`, key, body);

describe("a subtask's context", () => {
  it("has the fields that the document prints, and looking at it begins the work", async () => {
    const { id, a } = await begun();
    expect(await statusOf(a, ada)).toBe("ASSIGNED");
    const { status, body, headers } = await nexwork.get(`/subtasks/${a}/context`, ada.key);
    expect(status).toBe(200);
    expect(body).toEqual({
      projectTitle: "Report",
      projectBrief: "A report on lamps.",
      subtaskBrief: "Do a.",
      dependencyOutputs: [],
      taskForce: { id, status: "IN_PROGRESS" },
    });
    expect(headers.get("cache-control")).toBe("private, no-store");
    expect(await statusOf(a, ada)).toBe("IN_PROGRESS");
    const happened = async () =>
      (await house.app.database.reads.query("select count(*) from task_events where task_id in ($1, $2)", [id, a]))
        .rows;
    const before = await happened();
    await nexwork.get(`/subtasks/${a}/context`, ada.key);
    expect(await happened()).toEqual(before);
  });

  it("may be read before the subtask is ready, and shows then what others hand in as it stands", async () => {
    const { a, b } = await begun();
    const outputs = async () => (await nexwork.get(`/subtasks/${b}/context`, bob.key)).body.dependencyOutputs;
    const output = { id: a, title: "a", deliverableFileUrls: [] };
    expect(await statusOf(b, bob)).toBe("PENDING");
    expect(await outputs()).toEqual([{ ...output, status: "ASSIGNED", deliverableContent: null }]);
    await deliver(a, ada, { content: "Draft.", fileUrls: ["https://example.com/1"], submissionUrl: "http://x.org/2" });
    const deliverableFileUrls = ["https://example.com/1", "http://x.org/2"];
    const draft = { ...output, deliverableFileUrls, status: "IN_REVIEW", deliverableContent: "Draft." };
    expect(await outputs()).toEqual([draft]);
    await team.expect(200, `/v1/tasks/${a}/request-revision`, team.buyer.key, { reason: "More." });
    expect(await outputs()).toEqual([{ ...draft, status: "REVISION" }]);
    await deliver(a, ada, { content: "Final." });
    await team.expect(200, `/v1/tasks/${a}/approve`, team.buyer.key);
    expect(await outputs()).toEqual([{ ...output, status: "COMPLETED", deliverableContent: "Final." }]);
    expect(await statusOf(b, bob)).toBe("READY");
  });

  it("shows what an accepted output was corrected to after it was handed over", async () => {
    const { a = "", b = "" } = (await team.project(diamond)).parts;
    await team.invite(a, ada);
    await team.complete(a, ada);
    await team.invite(b, bob);
    const output = async () =>
      (await nexwork.get(`/subtasks/${b}/context`, bob.key)).body.dependencyOutputs[0].deliverableContent;
    expect(await output()).toBe(`Output of ${a}.`);
    await team.expect(200, `/v1/subtasks/${a}/amend`, ada.key, { text: "Corrected." });
    expect(await output()).toBe("Corrected.");
    expect((await deliver(b, bob)).status).toBe(201);
  });

  it("shows the files of those before, by links that need no key", async () => {
    const { a, b } = await begun();
    const form = new FormData();
    form.append("file", new Blob(["maker,price\n"], { type: "text/csv" }), "lamps.csv");
    const upload = { method: "POST", headers: { Authorization: `Bearer ${ada.key}` }, body: form };
    const { file } = (await (await fetch(`${house.url}/v1/files`, upload)).json()) as { file: { id: string } };
    const { assignment } = await team.see(`/v1/subtasks/${a}`, ada.key);
    const work = { text: "See the file.", file_ids: [file.id] };
    await team.expect(200, `/v1/assignments/${assignment.id}/submit`, ada.key, work);
    const { body } = await nexwork.get(`/subtasks/${b}/context`, bob.key);
    const [link] = body.dependencyOutputs[0].deliverableFileUrls;
    expect(await (await fetch(link)).text()).toBe("maker,price\n");
  });
});

it("an agent's own subtasks begin with what it can work on, and end with what is done", async () => {
  const worker = await team.agent();
  const { parts } = await team.project([aSubtask("a"), aSubtask("b"), aSubtask("c", ["b"])]);
  for (const id of Object.values(parts)) await team.invite(id, worker);
  await team.complete(parts.a ?? "", worker);
  const { body } = await nexwork.get("/agents/me/tasks", worker.key);
  const shown = body.subtasks.map(({ title, status }: Record<string, string>) => `${title} ${status}`);
  expect(shown).toEqual(["b ASSIGNED", "c PENDING", "a COMPLETED"]);
});

describe("coordination messages", () => {
  it("are answered as the document prints; the first begins the work", async () => {
    const { a } = await begun();
    const body = { content: "Picked this up.", subtaskId: a };
    const { status, body: answer } = await nexwork.post(`/subtasks/${a}/messages`, ada.key, body);
    expect(status).toBe(201);
    expect(answer).toEqual({
      message: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        subtaskId: a,
        senderType: "agent",
        senderId: ada.id,
        messageType: "text",
        content: "Picked this up.",
        createdAt: expect.stringMatching(/Z$/),
      },
    });
    expect(await statusOf(a, ada)).toBe("IN_PROGRESS");
  });

  it("go to the subtask's thread or the project's channel, and are read by either, both, and what came since", async () => {
    const { id, a, b } = await begun();
    const first = await say(a, ada, "In my thread.");
    await say(b, bob, "To all.", true);
    await say(b, bob, "In Bob's thread.");
    await team.expect(201, `/v1/projects/${id}/messages`, team.buyer.key, { content: "The buyer, to all." });
    expect(await said(a, ada)).toEqual(["In my thread.", "To all.", "The buyer, to all."]);
    expect(await said(a, ada, "?scope=subtask")).toEqual(["In my thread."]);
    expect(await said(a, ada, "?scope=project")).toEqual(["To all.", "The buyer, to all."]);
    expect(await said(b, bob)).toEqual(["To all.", "In Bob's thread.", "The buyer, to all."]);
    expect(await said(a, ada, `?after=${first}`)).toEqual(["To all.", "The buyer, to all."]);
    expect(await said(a, ada, `?after=${first.toUpperCase()}&limit=1`)).toEqual(["To all."]);
    expect(await said(a, ada, "?limit=1")).toEqual(["The buyer, to all."]);
    const { body } = await nexwork.get(`/subtasks/${a}/messages?limit=2&scope=project`, ada.key);
    expect(body.meta).toEqual({ limit: 2, hasMore: false });
  });

  it("take one effect of one Idempotency-Key", async () => {
    const { a } = await begun();
    const key = randomUUID();
    const send = () => nexwork.post(`/subtasks/${a}/messages`, ada.key, { content: "Once.", subtaskId: a }, key);
    const [first, second] = [await send(), await send()];
    expect(second.body).toEqual(first.body);
    expect(await said(a, ada)).toEqual(["Once."]);
  });

  it.each([
    ["over-long", { content: "x".repeat(10_001) }, "content", "Content must be at most 10000 characters"],
    ["empty", { content: "" }, "content", "Content must be at least 1 characters"],
    ["blank", { content: " \n\t" }, "content", "Content must not be blank"],
    ["missing", {}, "content", "Content is required"],
    [
      "of an unknown thread",
      { content: "x", subtaskId: randomUUID() },
      "subtaskId",
      "Subtask must be the one of this address, or left out for the project's channel",
    ],
  ])("are refused with 400 when %s", async (_, body, field, message) => {
    const { a } = await begun();
    const answer = await nexwork.post(`/subtasks/${a}/messages`, ada.key, body);
    expect(answer.status).toBe(400);
    const details = { fieldErrors: { [field]: [message] } };
    expect(answer.body.error).toEqual({ code: "VALIDATION_ERROR", message, details });
    expect(await said(a, ada)).toEqual([]);
  });

  it("cannot be put into another member's thread, from either address", async () => {
    const { a, b } = await begun();
    const foreign = { content: "Let me in.", subtaskId: b };
    expect((await nexwork.post(`/subtasks/${a}/messages`, ada.key, foreign)).status).toBe(400);
    expect((await nexwork.post(`/subtasks/${b}/messages`, ada.key, foreign)).status).toBe(404);
    expect(await said(b, bob)).toEqual([]);
  });
});

describe("a subtask's delivery", () => {
  it("is answered like a task's, counts on after a revision, and earns when it is accepted", async () => {
    const { a } = await begun();
    const meta = { deliverableNumber: 1, linkCount: 2, autoEvalScheduled: true, managerReviewQueued: true };
    const work = { content: "Rows.", fileUrls: ["https://example.com/1"], submissionUrl: "https://example.com/2" };
    const { status, body } = await deliver(a, ada, work);
    expect(status).toBe(201);
    expect(body).toEqual({
      deliverableId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "submitted",
      meta: { subtaskStatus: "IN_REVIEW", ...meta },
    });
    await expectConflict(a, ada, "IN_REVIEW");
    await team.expect(200, `/v1/tasks/${a}/request-revision`, team.buyer.key, { reason: "More rows." });
    expect(await statusOf(a, ada)).toBe("REVISION");
    expect((await deliver(a, ada)).body.meta).toMatchObject({ subtaskStatus: "IN_REVIEW", deliverableNumber: 2 });
    const before = await team.centsOf(ada);
    await team.expect(200, `/v1/tasks/${a}/approve`, team.buyer.key);
    expect((await team.centsOf(ada)) - before).toBe(900);
    await expectConflict(a, ada, "COMPLETED");
    const { body: earnings } = await nexwork.get("/agents/me/earnings?limit=1", ada.key);
    expect(earnings.payouts[0]).toMatchObject({ taskId: a, grossCents: 1_000, netCents: 900, status: "RELEASED" });
  });

  it("has one effect of one key, and of eight at the same moment one", async () => {
    const [first, second] = [await begun(), await begun()];
    const key = randomUUID();
    const again = () => nexwork.post(`/subtasks/${first.a}/deliver`, ada.key, { content: "Rows." }, key);
    const [answer, repeated] = [await again(), await again()];
    expect([repeated.status, repeated.body]).toEqual([201, answer.body]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => deliver(second.a, ada)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  });

  it("is refused with 409 while the subtask waits for others, and when the project was cancelled", async () => {
    const { id, a, b } = await begun();
    await expectConflict(b, bob, "PENDING");
    await say(b, bob, "I read along until it is my turn.");
    await team.expect(200, `/v1/projects/${id}/cancel`, team.buyer.key);
    const refused = [await deliver(a, ada), await deliver(b, bob)].map(({ status }) => status);
    expect(refused).toEqual([404, 404]);
  });

  it.each([
    [{}, "Provide content, fileUrls or submissionUrl"],
    [{ content: " \n" }, "Provide content, fileUrls or submissionUrl"],

    [{ submissionUrl: "javascript:alert(1)" }, "Submission URL must be a link that begins with http:// or https://"],
  ])("is refused with 400 for %j", async (body, message) => {
    const { a } = await begun();
    expect((await deliver(a, ada, body)).body.error).toMatchObject({ code: "VALIDATION_ERROR", message });
  });
});

async function expectConflict(id: string, member: Member, subtaskStatus: string): Promise<void> {
  const { status, body } = await deliver(id, member);
  expect([status, body.error.code, body.error.details]).toEqual([409, "CONFLICT", { subtaskStatus }]);
}

describe("a subtask's doors", () => {
  const ways = ["GET context", "GET messages", "POST messages", "POST deliver"] as const;
  async function knock(way: (typeof ways)[number], id: string, { key }: Member): Promise<[number, string]> {
    const [method = "", what] = way.split(" ");
    const body = method === "GET" ? undefined : { content: "Here I am." };
    const answer = await nexwork.send(method, `/subtasks/${id}/${what}`, body, { key });
    return [answer.status, answer.body.error?.code];
  }

  it.each(ways)("%s is 404 for who is not its member, was only asked, or has left", async (way) => {
    const { id, parts } = await team.project(diamond);
    const { a = "", b = "" } = parts;
    const hesitant = await team.agent({ auto_accept: false });
    await team.invite(b, hesitant);
    await team.invite(a, ada);
    const strangers: [string, Member][] = [
      [a, bob],
      [b, hesitant],
      [b, ada],
      [id, ada],
      [randomUUID(), ada],
      ["no-id", ada],
    ];
    for (const [subtaskId, visitor] of strangers) {
      expect(await knock(way, subtaskId, visitor)).toEqual([404, "NOT_FOUND"]);
    }
    await say(a, ada, "As far as I came.");
    const { assignment } = await team.see(`/v1/subtasks/${a}`, ada.key);
    await team.expect(200, `/v1/assignments/${assignment.id}/release`, ada.key, { reason: "Out of power." });
    await team.invite(a, bob);
    expect(await knock(way, a, ada)).toEqual([404, "NOT_FOUND"]);
    expect(await said(a, bob)).toEqual(["As far as I came."]);
    expect((await knock(way, a, bob))[0]).toBeLessThan(300);
  });

  it("are 403 for its member once it is not opted in any more, and open again when it is", async () => {
    const { a } = await begun();
    const member = await team.agent();
    const { parts } = await team.project([aSubtask("a")]);
    const own = parts.a ?? "";
    await team.invite(own, member);
    const opt = (task_force: boolean) =>
      team.market.send("PATCH", `/v1/agents/${member.id}`, { task_force }, { key: team.operator.key });
    expect((await opt(false)).status).toBe(200);
    for (const way of ways) {
      expect(await knock(way, own, member)).toEqual([403, "FORBIDDEN"]);
      expect(await knock(way, a, member)).toEqual([404, "NOT_FOUND"]);
    }
    await opt(true);
    for (const way of ways) expect((await knock(way, own, member))[0]).toBeLessThan(300);
  });
});
