import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let market: NativeClient;
let poster: Member;
let operator: Member;
let worker: Member;

beforeAll(async () => {
  house = await openTestHouse();
  market = new NativeClient(house.url);
  poster = await foundOrganization(house);
  operator = await foundOrganization(house);
  worker = await market.createAgent(operator.key, { name: "Worker", capabilities: ["writing"] });
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
});

async function inReview(overrides: Record<string, unknown> = {}): Promise<{ taskId: string; assignmentId: string }> {
  const taskId = await market.postTask(poster.key, overrides);
  const claimed = await market.post(`/v1/tasks/${taskId}/claim`, worker.key);
  const assignmentId = claimed.body.assignment.id;
  const submitted = await market.post(`/v1/assignments/${assignmentId}/submit`, worker.key, { text: "Done." });
  expect(submitted.status).toBe(200);
  return { taskId, assignmentId };
}

async function balanceOf(key: string, currency: string): Promise<{ balance: number; held: number }> {
  const { body } = await market.get("/v1/wallet", key);
  return body.balances.find((each: { currency: string }) => each.currency === currency);
}

describe("a task by the native API", () => {
  it("is posted, claimed, worked on, handed in and approved, and the worker is paid", async () => {
    const before = await balanceOf(poster.key, "usd");
    const posted = await market.post("/v1/tasks", poster.key, {
      title: "Write it up",
      description: "All of it.",
      budget: 1_000,
      currency: "usd",
      category: "writing",
      required_capabilities: ["writing"],
      tags: ["Urgent"],
      instructions: "Be brief.",
      expected_output: "A page.",
    });
    expect(posted.status).toBe(201);
    const taskId = posted.body.task.id;
    expect(posted.body.task).toMatchObject({ state: "open", intake: "claim", visibility: "public", budget: 1_000 });
    expect(await balanceOf(poster.key, "usd")).toMatchObject({ balance: before.balance - 1_000 });

    const claimed = await market.post(`/v1/tasks/${taskId}/claim`, worker.key);
    expect(claimed.status).toBe(200);
    const { task, assignment } = claimed.body;
    expect(task).toMatchObject({ id: taskId, state: "in_progress", worker_id: worker.id, event_count: 2 });
    expect(assignment).toMatchObject({ task_id: taskId, worker_id: worker.id, state: "active", heartbeat_seconds: 60 });

    const beaten = await market.post(`/v1/assignments/${assignment.id}/heartbeat`, worker.key);
    expect(beaten.status).toBe(200);
    const logged = await market.post(`/v1/assignments/${assignment.id}/progress`, worker.key, { content: "Half." });
    expect(logged.body.task.event_count).toBe(3);
    const submitted = await market.post(`/v1/assignments/${assignment.id}/submit`, worker.key, {
      text: "Here it is.",
      links: ["https://example.com/page"],
      file_ids: [],
    });
    expect(submitted.body).toMatchObject({
      task: { state: "in_review" },
      assignment: { state: "submitted", lease_expires_at: null },
      submission: { text: "Here it is.", links: ["https://example.com/page"], files: [] },
    });

    const seen = await market.get(`/v1/tasks/${taskId}`, poster.key);
    expect(seen.body).toMatchObject({
      task: { state: "in_review", worker_id: worker.id },
      assignments: [{ id: assignment.id }],
      open_question: null,
      submission: { text: "Here it is." },
      reviews: [],
    });
    const approved = await market.post(`/v1/tasks/${taskId}/approve`, poster.key, { rating: 5, feedback: "Good." });
    expect(approved.body.task).toMatchObject({ state: "completed", price: 1_000, worker_id: worker.id });
    expect((await market.get(`/v1/tasks/${taskId}`, worker.key)).body.reviews).toMatchObject([
      { verdict: "approved", rating: 5, feedback: "Good." },
    ]);
    expect(await balanceOf(worker.key, "usd")).toMatchObject({ balance: 900, held: 0 });
    expect((await market.get(`/v1/agents/${worker.id}`, poster.key)).body.agent).toMatchObject({
      reputation_score: 5,
      completed_tasks: 1,
    });
  });

  it("comes back for a revision with the reason, and is accepted then", async () => {
    const { taskId, assignmentId } = await inReview();
    const revision = await market.post(`/v1/tasks/${taskId}/request-revision`, poster.key, { reason: "Too short." });
    expect(revision.body.task).toMatchObject({ state: "in_progress", revision_count: 1, worker_id: worker.id });
    const seen = await market.get(`/v1/tasks/${taskId}`, worker.key);
    expect(seen.body.assignments).toMatchObject([{ id: assignmentId, state: "revision" }]);
    expect(seen.body.reviews).toMatchObject([{ verdict: "revision_requested", feedback: "Too short." }]);
    await market.post(`/v1/assignments/${assignmentId}/submit`, worker.key, { text: "Longer." });
    const approved = await market.post(`/v1/tasks/${taskId}/approve`, poster.key);
    expect(approved.body.task.state).toBe("completed");
  });

  it("hands what was sent back to exactly one of its worker's processes that ask for work", async () => {
    const { taskId, assignmentId } = await inReview();
    const waiting = [1, 2, 3].map(() => market.post("/v1/work/next", worker.key, { wait_seconds: 2 }));
    await market.post(`/v1/tasks/${taskId}/request-revision`, poster.key, { reason: "Again." });
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 204, 204]);
    const given = answers.find(({ status }) => status === 200);
    expect(given?.body).toMatchObject({ task: { id: taskId }, assignment: { id: assignmentId, state: "active" } });
    await market.post(`/v1/assignments/${assignmentId}/release`, worker.key);
  });

  it("leaves a revision to the process that already works on it", async () => {
    const { taskId, assignmentId } = await inReview();
    await market.post(`/v1/tasks/${taskId}/request-revision`, poster.key);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await market.post(`/v1/assignments/${assignmentId}/heartbeat`, worker.key);
    expect((await market.post("/v1/work/next", worker.key)).status).toBe(204);
    await market.post(`/v1/assignments/${assignmentId}/release`, worker.key);
  });

  it("is open again when a submission is rejected, or ends if the poster says so", async () => {
    const first = await inReview();
    const again = await market.post(`/v1/tasks/${first.taskId}/reject`, poster.key, { reason: "Not this." });
    expect(again.body.task).toMatchObject({ state: "open", worker_id: null });
    const second = await inReview();
    const ended = await market.post(`/v1/tasks/${second.taskId}/reject`, poster.key, { cancel: true });
    expect(ended.body.task.state).toBe("cancelled");
    const late = await market.post(`/v1/assignments/${second.assignmentId}/submit`, worker.key, { text: "But" });
    expect(late.status).toBe(409);
  });

  it("can be taken back while nobody works on it, twice with one effect", async () => {
    const taskId = await market.postTask(poster.key);
    expect((await market.post(`/v1/tasks/${taskId}/cancel`, poster.key)).body.task.state).toBe("cancelled");
    expect((await market.post(`/v1/tasks/${taskId}/cancel`, poster.key)).status).toBe(200);
    const taken = await inReview();
    const refused = await market.post(`/v1/tasks/${taken.taskId}/cancel`, poster.key);
    expect(refused.body).toMatchObject({ status: 409, code: "task_wrong_state", state: "in_review" });
  });

  it("is accepted on the spot with automatic review", async () => {
    const { taskId } = await inReview({ review: "auto" });
    expect((await market.get(`/v1/tasks/${taskId}`, poster.key)).body.task.state).toBe("completed");
  });

  it("goes to one of ten workers who claim at once", async () => {
    const taskId = await market.postTask(poster.key);
    const workers = await Promise.all(Array.from({ length: 10 }, () => market.createAgent(operator.key)));
    const answers = await Promise.all(workers.map(({ key }) => market.post(`/v1/tasks/${taskId}/claim`, key)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === "task_taken")).toHaveLength(9);
  });

  it("is given back by its worker", async () => {
    const taskId = await market.postTask(poster.key);
    const { body } = await market.post(`/v1/tasks/${taskId}/claim`, worker.key);
    const released = await market.post(`/v1/assignments/${body.assignment.id}/release`, worker.key, { reason: "Ill." });
    expect(released.body).toMatchObject({
      task: { state: "open", worker_id: null },
      assignment: { state: "released" },
    });
    const late = await market.post(`/v1/assignments/${body.assignment.id}/progress`, worker.key, { content: "Still" });
    expect(late.body).toMatchObject({ status: 409, code: "lease_lost" });
  });

  it("meant for one agent is seen, and taken, by that agent alone", async () => {
    const other = await market.createAgent(operator.key, { engineer: true });
    const taskId = await market.postTask(poster.key, { intake: "direct", agent_id: worker.id });
    expect((await market.get(`/v1/tasks/${taskId}`, other.key)).status).toBe(404);
    expect((await market.post(`/v1/tasks/${taskId}/claim`, other.key)).status).toBe(404);
    expect((await market.get(`/v1/tasks/${taskId}`, worker.key)).status).toBe(200);
    const next = await market.post("/v1/work/next", worker.key);
    expect(next.body).toMatchObject({ task: { id: taskId, visibility: "private" }, assignment: { state: "active" } });
    expect((await market.get(`/v1/tasks/${taskId}`, other.key)).status).toBe(404);
  });

  it("cannot be meant for an agent of one's own, nor for nobody", async () => {
    const task = { title: "T", description: "D", budget: 1, currency: "usd", intake: "direct" };
    const own = await market.post("/v1/tasks", operator.key, { ...task, agent_id: worker.id });
    expect(own.body).toMatchObject({ status: 403, code: "own_task" });
    const nobody = await market.post("/v1/tasks", poster.key, { ...task, agent_id: crypto.randomUUID() });
    expect(nobody.body).toMatchObject({ status: 404, code: "agent_not_found" });
  });
});

describe("a repeated request", () => {
  it("has one effect and the same answer under one Idempotency-Key", async () => {
    const key = crypto.randomUUID();
    const body = { title: "Once", description: "Only.", budget: 10, currency: "usd" };
    const before = await balanceOf(poster.key, "usd");
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => market.post("/v1/tasks", poster.key, body, key)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect((await balanceOf(poster.key, "usd")).balance).toBe(before.balance - 10);
    const other = await market.post("/v1/tasks", poster.key, { ...body, budget: 11 }, key);
    expect(other.body).toMatchObject({ status: 409, code: "idempotency_mismatch" });
  });

  it("for a key or an agent shows the same key again", async () => {
    for (const [path, body] of [
      ["/v1/keys", { label: "CI" }],
      ["/v1/agents", { name: "Twin" }],
    ] as const) {
      const retry = crypto.randomUUID();
      const [first, second] = await Promise.all([1, 2].map(() => market.post(path, operator.key, body, retry)));
      expect(first?.status).toBe(201);
      expect(second?.body).toEqual(first?.body);
    }
  });

  it("for work is given the same task again, and not a second one", async () => {
    const agent = await market.createAgent(operator.key);
    const retry = crypto.randomUUID();
    await market.postTask(poster.key, { intake: "direct", agent_id: agent.id });
    const first = await market.post("/v1/work/next", agent.key, {}, retry);
    const second = await market.post("/v1/work/next", agent.key, {}, retry);
    expect(first.status).toBe(200);
    expect(second.body).toEqual(first.body);
    await market.postTask(poster.key, { intake: "direct", agent_id: agent.id });
    expect((await market.post("/v1/work/next", agent.key, {}, retry)).body).toEqual(first.body);
    const third = await market.post("/v1/work/next", agent.key, {});
    expect(third.body.task.id).not.toBe(first.body.task.id);
  });
});
