import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { Engineer } from "../support/engineer.ts";
import { FilesClient } from "../support/files-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let house: TestHouse;
let client: AgentworkClient;
let engineer: Engineer;
const clock = new VirtualClock(Date.parse("2026-02-22T14:30:00.900Z"));

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  client = new AgentworkClient(house.url);
  engineer = await Engineer.hire(house.app);
});
afterAll(() => house.close());

const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

describe("POST /api/v1/tasks/", () => {
  it("answers 201 with the task, processing, private and free", async () => {
    const { key, organizationId } = await client.register();
    const { status, body } = await client.post("/api/v1/tasks/", key, {
      title: "Landing page",
      description: "In React.",
    });
    expect(status).toBe(201);
    expect(body).toEqual({ task_id: expect.any(String), status: "processing" });
    const { rows } = await house.app.database.reads.query(
      `select poster_id, intake, visibility, funding, budget, review_policy, review_hours, max_revisions, expires_at
       from tasks where id = $1`,
      [body.task_id],
    );
    expect(rows).toEqual([
      {
        poster_id: organizationId,
        intake: "direct",
        visibility: "private",
        funding: "allowance",
        budget: 0,
        review_policy: "manual",
        review_hours: 72,
        max_revisions: null,
        expires_at: null,
      },
    ]);
    await house.expectLedgerToBalance();
  });

  it("answers at the address without the trailing slash too, and under /agentwork, never by redirect", async () => {
    const { key } = await client.register();
    for (const prefix of ["", "/agentwork"]) {
      for (const slash of ["", "/"]) {
        const path = `${prefix}/api/v1/tasks`;
        const created = await client.post(`${path}${slash}`, key, { title: "A", description: "B" });
        expect(created.status).toBe(201);
        for (const part of ["", "/result", "/events"]) {
          expect((await client.get(`${path}/${created.body.task_id}${part}${slash}`, key)).status).toBe(200);
        }
        expect((await client.get(`${path}${slash}`, key)).status).toBe(200);
      }
    }
  });

  it("cuts the title at 70 characters, whole ones", async () => {
    const { key } = await client.register();
    const id = await client.createTask(key, { title: "\u{1f600}".repeat(300) });
    expect((await client.status(key, id)).body.title).toBe("\u{1f600}".repeat(70));
  });

  it("makes one task of a request that is sent twenty times with one Idempotency-Key", async () => {
    const { key } = await client.register();
    const again = crypto.randomUUID();
    const task = { title: "Once", description: "Only." };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.post("/api/v1/tasks/", key, task, again)),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.task_id}`)).size).toBe(1);
    expect((await client.get("/api/v1/tasks/", key)).body.tasks).toHaveLength(1);
    const other = await client.post("/api/v1/tasks/", key, { ...task, title: "Twice" }, again);
    expect(other.status).toBe(409);
  });

  it("lets an agent without an organization delegate in its own name", async () => {
    const agent = await Engineer.hire(house.app, { engineer: "none" });
    const id = await client.createTask(agent.key);
    expect((await client.status(agent.key, id)).body.status).toBe("processing");
  });
});

describe("the daily credits", () => {
  it("pay for 100 tasks a day; the next is 402 and says when there are new ones, at midnight UTC", async () => {
    const days = new VirtualClock(Date.parse("2026-03-01T23:50:00Z"));
    const other = await openTestHouse({ clock: days.now, config: { agentworkTaskCredits: 25 } });
    try {
      const there = new AgentworkClient(other.url);
      const { key } = await there.register();
      const { key: stranger } = await there.register();
      const create = (as: string) => there.post("/api/v1/tasks/", as, { title: "A", description: "B" });
      const answers = await Promise.all(Array.from({ length: 10 }, () => create(key)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
      const refused = answers.filter(({ status }) => status === 402);
      expect(refused).toHaveLength(6);
      expect(refused[0]?.body).toEqual({
        status_code: 402,
        detail: expect.stringContaining("2026-03-02T00:00:00.000Z"),
      });
      expect((await there.get("/api/v1/tasks/", key)).body.tasks).toHaveLength(4);
      expect((await create(stranger)).status).toBe(201);
      days.advanceMinutes(9);
      expect((await create(key)).status).toBe(402);
      days.advanceMinutes(1);
      expect((await create(key)).status).toBe(201);
    } finally {
      await other.close();
    }
  });

  it("belong to the person, whichever of their keys they use", async () => {
    const account = await client.register();
    await client.send(
      "PUT",
      "/v1/me/password",
      { password: "correct horse" },
      { Authorization: `Bearer ${account.key}` },
    );
    const credentials = { email: account.email, password: "correct horse" };
    const { api_key: second } = (await client.post("/api/v1/auth/api-key", undefined, credentials)).body;
    await client.createTask(account.key);
    await client.createTask(second);
    const { rows } = await house.app.database.reads.query("select used from allowances where holder_id = $1", [
      account.userId,
    ]);
    expect(rows).toEqual([{ used: 2 }]);
  });
});

describe("GET /api/v1/tasks/{task_id}", () => {
  it("shows a new task with neither question nor solution, to the second and without zone", async () => {
    const { key } = await client.register();
    const id = await client.createTask(key);
    expect((await client.status(key, id)).body).toEqual({
      task_id: id,
      title: "FizzBuzz in Rust",
      status: "processing",
      last_activity_at: clock.now().slice(0, 19),
      question: null,
      solution: null,
    });
  });

  it("moves last_activity_at when something happens and not otherwise", async () => {
    const { key } = await client.register();
    const id = await client.createTask(key);
    const before = (await client.status(key, id)).body.last_activity_at;
    clock.advanceMinutes(5);
    expect((await client.status(key, id)).body.last_activity_at).toBe(before);
    await engineer.take(id);
    expect((await client.status(key, id)).body.last_activity_at).toBe(clock.now().slice(0, 19));
  });

  it("shows each state by one of the five words", async () => {
    const { key } = await client.register();
    const id = await client.createTask(key);
    const shown = ["open", "selecting", "in_progress", "in_review", "completed", "cancelled", "expired", "disputed"];
    const words: Record<string, string> = {};
    for (const state of shown) {
      await house.app.database.reads.query("update tasks set state = $2 where id = $1", [id, state]);
      words[state] = (await client.status(key, id)).body.status;
      const listed = (await client.get("/api/v1/tasks/", key)).body.tasks[0].status;
      expect(listed).toBe(words[state]);
    }
    expect(words).toEqual({
      open: "processing",
      selecting: "processing",
      in_progress: "processing",
      in_review: "awaiting_solution_approval",
      completed: "completed",
      cancelled: "cancelled",
      expired: "cancelled",
      disputed: "processing",
    });
  });

  it("answers five hundred polls at once, each with its own task", async () => {
    const { key } = await client.register();
    const ids = await Promise.all([1, 2, 3, 4, 5].map((n) => client.createTask(key, { title: `Task ${n}` })));
    const polls = await Promise.all(Array.from({ length: 500 }, (_, n) => client.status(key, ids[n % 5] ?? "")));
    polls.forEach(({ status, body }, n) => {
      expect([status, body.task_id, body.title]).toEqual([200, ids[n % 5], `Task ${(n % 5) + 1}`]);
    });
  });
});

describe("GET /api/v1/tasks/{task_id}/result", () => {
  it("has null and no files before there is a proposal, and the newest one afterwards", async () => {
    const { key } = await client.register();
    const id = await client.createTask(key);
    const result = async () => (await client.get(`/api/v1/tasks/${id}/result`, key)).body;
    expect(await result()).toEqual({ task_id: id, status: "processing", result_text: null, files: [] });
    await engineer.take(id);
    await engineer.submit(id, "First try.", { links: ["https://example.com/demo"] });
    expect(await result()).toEqual({
      task_id: id,
      status: "awaiting_solution_approval",
      result_text: "First try.\n\nhttps://example.com/demo",
      files: [],
    });
    await client.post(`/api/v1/tasks/${id}/solution-status`, key, { status: "REJECTED" });
    await engineer.submit(id, "Second try.");
    await client.post(`/api/v1/tasks/${id}/solution-status`, key, { status: "CONFIRMED" });
    expect(await result()).toEqual({ task_id: id, status: "completed", result_text: "Second try.", files: [] });
  });

  it("has links to the files that need no header, last an hour and break when a byte of them changes", async () => {
    const { key } = await client.register();
    const id = await client.createTask(key);
    await engineer.take(id);
    const files = new FilesClient(house.url, engineer.key);
    const { id: source } = (await files.upload("fn main() {}", { name: "fizzbuzz.rs" })).body.file;
    const { id: tests } = (await files.upload("#[test]", { name: "tests.rs" })).body.file;
    await engineer.submit(id, "Here it is.", { fileIds: [tests, source] });
    const { body } = await client.get(`/api/v1/tasks/${id}/result`, key);
    expect(body.files.map((file: { name: string }) => file.name)).toEqual(["tests.rs", "fizzbuzz.rs"]);
    const path = body.files[1].download_url.slice(house.url.length);
    const download = await client.get(path);
    expect([download.status, download.body]).toEqual([200, "fn main() {}"]);
    expect(download.headers.get("content-disposition")).toMatch(/^attachment/);
    expect(download.headers.get("x-content-type-options")).toBe("nosniff");
    const last = path.at(-1) === "A" ? "B" : "A";
    expect((await client.get(`${path.slice(0, -1)}${last}`)).status).toBe(403);
    clock.advanceMinutes(61);
    expect((await client.get(path)).status).toBe(403);
  });
});

describe("GET /api/v1/tasks/", () => {
  it("lists the organization's own tasks, newest first", async () => {
    const { key } = await client.register();
    const first = await client.createTask(key, { title: "First" });
    const second = await client.createTask(key, { title: "Second" });
    const { status, body } = await client.get("/api/v1/tasks/", key);
    expect(status).toBe(200);
    expect(body).toEqual({
      tasks: [
        { task_id: second, title: "Second", status: "processing", created_at: expect.stringMatching(moment) },
        { task_id: first, title: "First", status: "processing", created_at: expect.stringMatching(moment) },
      ],
    });
  });

  it("goes on where a page ended", async () => {
    const { key } = await client.register();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift(await client.createTask(key));
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await client.get(`/api/v1/tasks/?limit=2${cursor && `&cursor=${cursor}`}`, key);
      seen.push(...body.tasks.map((task: { task_id: string }) => task.task_id));
      cursor = body.next_cursor ?? "";
    } while (cursor !== "");
    expect(seen).toEqual(ids);
  });

  it.each(["?limit=0", "?limit=1001", "?limit=x", "?cursor=x"])("answers 400 to %s", async (query) => {
    const { key } = await client.register();
    const { status, body } = await client.get(`/api/v1/tasks/${query}`, key);
    expect([status, typeof body.detail]).toEqual([400, "string"]);
  });
});
