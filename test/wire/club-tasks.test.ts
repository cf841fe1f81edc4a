import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { ClubClient, centsOf, claim, newTask, openOrganization, openWorker, submit } from "../support/club-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const clock = new VirtualClock();
let house: TestHouse;
let club: ClubClient;

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  club = new ClubClient(house.url);
});
afterAll(() => house.close());

/** Every field of a task, in the words of the document. */
const fields = [
  "id,title,description,category,instructions,expected_output,payout_cents,currency,time_limit_minutes,tags,status",
  "created_at,expires_at,claimed_at,submitted_at,submission_text,submission_files,rating,feedback,payment_status",
]
  .join(",")
  .split(",")
  .sort();

describe("POST /tasks", () => {
  it("posts the document's own example and answers with every field of it", async () => {
    const poster = await openOrganization(house);
    const example = {
      title: "Translate product description EN→ZH",
      description: "We have a product description that needs accurate translation.",
      category: "translation",
      instructions: "Translate the following text from English to Simplified Chinese.",
      expected_output: "A complete Simplified Chinese translation of the provided text.",
      payout_cents: 500,
      currency: "usd",
      time_limit_minutes: 60,
      expires_in_hours: 24,
      tags: ["translation", "chinese", "product"],
    };
    const { status, body } = await club.post("/tasks", poster.key, example);
    expect(status).toBe(201);
    const { expires_in_hours: _asked, ...shown } = example;
    expect(body).toEqual({
      task: {
        ...shown,
        id: body.task.id,
        status: "open",
        created_at: "2026-01-01T00:00:00.000Z",
        expires_at: "2026-01-02T00:00:00.000Z",
        claimed_at: null,
        submitted_at: null,
        submission_text: null,
        submission_files: [],
        rating: null,
        feedback: null,
        payment_status: "held",
      },
    });
    expect(Object.keys(body.task).sort()).toEqual(fields);
  });

  it("fills in what the document lets one leave out", async () => {
    const poster = await openOrganization(house);
    const { body } = await club.post("/tasks", poster.key, { title: "T", description: "D", payout_cents: 1 });
    expect(body.task).toMatchObject({
      category: "general",
      currency: "usd",
      time_limit_minutes: 60,
      expires_at: "2026-01-02T00:00:00.000Z",
      tags: [],
      instructions: null,
      expected_output: null,
    });
  });

  it("holds the payout at once", async () => {
    const poster = await openOrganization(house, 1_000);
    await club.postTask(poster.key, { payout_cents: 600 });
    expect(await centsOf(house, poster)).toBe(400);
  });

  it("answers 402 and posts nothing when the wallet holds too little", async () => {
    const poster = await openOrganization(house, 500);
    const { status, body } = await club.post("/tasks", poster.key, { ...newTask, payout_cents: 501 });
    expect(status).toBe(402);
    expect(body.error.code).toBe("funds_insufficient");
    expect(await centsOf(house, poster)).toBe(500);
    expect((await club.get("/tasks", poster.key)).body.total).toBe(0);
  });

  it("answers 402 to an agent, whose wallet holds no dollars", async () => {
    const agent = await openWorker(house);
    expect((await club.post("/tasks", agent.key, newTask)).status).toBe(402);
  });

  it("posts once for one Idempotency-Key and gives the same answer again", async () => {
    const poster = await openOrganization(house);
    const key = randomUUID();
    const first = await club.post("/tasks", poster.key, newTask, key);
    const again = await club.post("/tasks", poster.key, newTask, key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    const other = await club.post("/tasks", poster.key, { ...newTask, title: "Another" }, key);
    expect([other.status, other.body.error.code]).toEqual([409, "idempotency_mismatch"]);
    expect(await centsOf(house, poster)).toBe(99_900);
  });
});

describe("GET /tasks/:id", () => {
  it("shows the fields at the top and under task", async () => {
    const poster = await openOrganization(house);
    const id = await club.postTask(poster.key);
    const { status, body } = await club.get(`/tasks/${id}`, poster.key);
    expect(status).toBe(200);
    const { task, ...top } = body;
    expect(top).toEqual(task);
    expect(Object.keys(task).sort()).toEqual(fields);
    expect((await club.get(`/tasks/${id.toUpperCase()}`, poster.key)).body.id).toBe(id);
  });

  it("answers 404 for what is not there, not an id, or a stranger's", async () => {
    const poster = await openOrganization(house);
    const stranger = await openOrganization(house);
    const id = await club.postTask(poster.key);
    for (const path of [`/tasks/${randomUUID()}`, "/tasks/not-an-id", "/tasks/%00", `/tasks/${id}`]) {
      const { status, body } = await club.get(path, stranger.key);
      expect([path, status, body.error.code]).toEqual([path, 404, "task_not_found"]);
    }
  });

  it("does not show a task that is held in credits", async () => {
    const market = new AgentMarketClient(house.url);
    const { key } = await market.register();
    const id = await market.postTask(key);
    expect((await club.get(`/tasks/${id}`, key)).status).toBe(404);
    expect((await club.post(`/tasks/${id}/feedback`, key, { rating: 5 })).status).toBe(404);
    expect((await club.get("/tasks", key)).body).toEqual({ tasks: [], page: 1, limit: 20, total: 0 });
  });

  it("shows the claim, then the submission with signed links to its files in their order", async () => {
    const poster = await openOrganization(house);
    const worker = await openWorker(house);
    const id = await club.postTask(poster.key);
    clock.advanceMinutes(5);
    await claim(house, id, worker);
    const claimed = await club.get(`/tasks/${id}`, poster.key);
    expect(claimed.body).toMatchObject({ status: "in_progress", payment_status: "held", submission_text: null });
    expect(claimed.body.claimed_at).toBe(clock.now());
    const files = [
      { id: randomUUID(), name: "z first.txt" },
      { id: randomUUID(), name: "a second.txt" },
    ];
    for (const file of files) {
      await house.app.database.reads.query(
        "insert into files (id, owner_id, name, media_type, size_bytes, sha256, storage_key, created_at) values ($1, $2, $3, 'text/plain', 0, '', $4, now())",
        [file.id, worker.id, file.name, `test/${file.id}`],
      );
    }
    clock.advanceMinutes(5);
    await submit(
      house,
      id,
      worker,
      "positive",
      files.map((file) => file.id),
    );
    const { body } = await club.get(`/tasks/${id}`, poster.key);
    expect(body).toMatchObject({
      status: "completed",
      payment_status: "held",
      submission_text: "positive",
      submitted_at: clock.now(),
      rating: null,
    });
    expect(body.submission_files).toEqual(
      files.map(({ id: fileId, name }) => ({ name, download_url: expect.stringContaining(`/${fileId}?`) })),
    );
  });
});

describe("GET /tasks", () => {
  it("shows the caller's own tasks, newest first, a page at a time, with their number", async () => {
    const poster = await openOrganization(house);
    await club.postTask((await openOrganization(house)).key);
    const ids: string[] = [];
    for (let each = 0; each < 25; each++) ids.unshift(await club.postTask(poster.key));
    const page = async (query: string) => {
      const { body } = await club.get(`/tasks${query}`, poster.key);
      return { ...body, tasks: body.tasks.map((task: { id: string }) => task.id) };
    };
    expect(await page("")).toEqual({ tasks: ids.slice(0, 20), page: 1, limit: 20, total: 25 });
    expect(await page("?page=2")).toEqual({ tasks: ids.slice(20), page: 2, limit: 20, total: 25 });
    expect(await page("?page=4&limit=7")).toEqual({ tasks: ids.slice(21), page: 4, limit: 7, total: 25 });
    expect(await page("?limit=100&status=all")).toEqual({ tasks: ids, page: 1, limit: 100, total: 25 });
    expect(await page("?page=9999999")).toEqual({ tasks: [], page: 9_999_999, limit: 20, total: 25 });
    const [first] = (await club.get("/tasks?limit=1", poster.key)).body.tasks;
    expect(Object.keys(first).sort()).toEqual(fields);
  });

  it("filters by the status it shows; what was cancelled or expired is only under all", async () => {
    const poster = await openOrganization(house);
    const states = ["open", "selecting", "in_progress", "disputed", "in_review", "completed", "cancelled", "expired"];
    const idOf = new Map<string, string>();
    for (const state of states) {
      const id = await club.postTask(poster.key);
      await house.app.database.reads.query("update tasks set state = $2 where id = $1", [id, state]);
      idOf.set(state, id);
    }
    const listed = async (status: string): Promise<[string[], string[], number]> => {
      const { body } = await club.get(`/tasks?status=${status}`, poster.key);
      const tasks: { id: string; status: string }[] = body.tasks;
      const known = tasks.map((task) => states.find((state) => idOf.get(state) === task.id) ?? "?");
      return [known.sort(), [...new Set(tasks.map((task) => task.status))], body.total];
    };
    expect(await listed("open")).toEqual([["open", "selecting"], ["open"], 2]);
    expect(await listed("in_progress")).toEqual([["disputed", "in_progress"], ["in_progress"], 2]);
    expect(await listed("completed")).toEqual([["completed", "in_review"], ["completed"], 2]);
    const [all, shown, total] = await listed("all");
    expect([all, total]).toEqual([[...states].sort(), 8]);
    expect(shown.sort()).toEqual(["cancelled", "completed", "expired", "in_progress", "open"]);
  });
});
