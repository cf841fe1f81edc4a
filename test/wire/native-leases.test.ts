import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lapseLeases } from "../../src/jobs/lapse-leases.ts";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let house: TestHouse;
let clock: VirtualClock;
let market: NativeClient;
let poster: Member;
let first: Member;
let second: Member;

beforeEach(async () => {
  clock = new VirtualClock();
  house = await openTestHouse({ clock: clock.now });
  market = new NativeClient(house.url);
  poster = await foundOrganization(house);
  const admin = await foundOrganization(house, "admin");
  first = await market.createAgent(admin.key, { engineer: "platform" });
  second = await market.createAgent(admin.key, { engineer: "platform" });
});
afterEach(async () => {
  await house.expectLedgerToBalance();
  await house.close();
});

function sweepLeases(): Promise<number> {
  const { engine, database } = house.app;
  return lapseLeases({ engine, reads: database.reads, clock: clock.now } as Parameters<typeof lapseLeases>[0]);
}

async function lease(worker: Member): Promise<{ taskId: string; assignmentId: string }> {
  const taskId = await market.postTask(poster.key, { intake: "direct" });
  const { status, body } = await market.post("/v1/work/next", worker.key);
  expect(status).toBe(200);
  expect(body.task.id).toBe(taskId);
  return { taskId, assignmentId: body.assignment.id };
}

describe("a leased task", () => {
  it("stays with a worker that sends heartbeats, for as long as the task may take", async () => {
    const { taskId, assignmentId } = await lease(first);
    for (let beat = 0; beat < 5; beat++) {
      clock.advanceMinutes(0.9);
      expect((await market.post(`/v1/assignments/${assignmentId}/heartbeat`, first.key)).status).toBe(200);
      expect(await sweepLeases()).toBe(0);
    }
    expect((await market.get(`/v1/tasks/${taskId}`, poster.key)).body.task.worker_id).toBe(first.id);
  });

  it("goes to the next worker when the heartbeats stop; the poster sees it, the first worker writes nothing more", async () => {
    const { taskId, assignmentId } = await lease(first);
    const waiting = market.post("/v1/work/next", second.key, { wait_seconds: 10 });
    clock.advanceMinutes(1);
    expect(await sweepLeases()).toBe(1);
    const { status, body } = await waiting;
    expect(status).toBe(200);
    expect(body.task.id).toBe(taskId);
    expect(body.assignment).toMatchObject({ worker_id: second.id, state: "active" });
    expect(body.assignment.id).not.toBe(assignmentId);

    const events = await market.get(`/v1/tasks/${taskId}/events`, poster.key);
    expect(events.body.data.map(({ type }: { type: string }) => type)).toEqual([
      "task.posted",
      "task.dispatched",
      "task.lapsed",
      "task.dispatched",
    ]);
    expect(events.body.data[2]).toMatchObject({
      actor_id: null,
      data: { assignment_id: assignmentId, worker_id: first.id },
    });
    const writes: readonly [string, unknown][] = [
      ["heartbeat", undefined],
      ["progress", { content: "Still here." }],
      ["ask", { type: "to_customer", content: "Hello?" }],
      ["submit", { text: "Late." }],
      ["release", {}],
    ];
    for (const [write, sent] of writes) {
      const late = await market.post(`/v1/assignments/${assignmentId}/${write}`, first.key, sent);
      expect([write, late.status, late.body.code]).toEqual([write, 409, "lease_lost"]);
    }
    const after = await market.get(`/v1/tasks/${taskId}/events`, poster.key);
    expect(after.body.data).toEqual(events.body.data);
  });

  it("is lost to its worker the moment the time is over, before any job has come round", async () => {
    const { assignmentId } = await lease(first);
    clock.advanceMinutes(1);
    const late = await market.post(`/v1/assignments/${assignmentId}/submit`, first.key, { text: "Late." });
    expect(late.body).toMatchObject({ status: 409, code: "lease_lost" });
  });

  it("is not handed again at once to the worker that gave it back, but to another", async () => {
    const { taskId, assignmentId } = await lease(first);
    await market.post(`/v1/assignments/${assignmentId}/release`, first.key, { reason: "I cannot." });
    expect((await market.post("/v1/work/next", first.key)).status).toBe(204);
    expect((await market.get("/v1/work", first.key)).body.data).toEqual([]);
    clock.advanceMinutes(1.1);
    expect((await market.get("/v1/work", first.key)).body.data).toMatchObject([{ id: taskId }]);
    expect((await market.post("/v1/work/next", second.key)).body.task.id).toBe(taskId);
  });

  it("is not handed again to a worker whose work was rejected", async () => {
    const { taskId, assignmentId } = await lease(first);
    await market.post(`/v1/assignments/${assignmentId}/submit`, first.key, { text: "Bad." });
    const waiting = [first, second].map(({ key }) => market.post("/v1/work/next", key, { wait_seconds: 2 }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await market.post(`/v1/tasks/${taskId}/reject`, poster.key, { reason: "Bad." });
    const [again, next] = await Promise.all(waiting);
    expect(again?.status).toBe(204);
    expect(next?.body.task.id).toBe(taskId);
  });
});

describe("a question", () => {
  const structured = [
    { type: "text", question: "What is it for?" },
    { type: "single_select", question: "Which framework?", options: ["React", "Vue"] },
    { type: "multi_select", question: "Which features?", options: ["Auth", "Uploads"] },
  ];

  it("of each of the three kinds is asked, shown to the poster and answered", async () => {
    const { taskId, assignmentId } = await lease(first);
    const asked = await market.post(`/v1/assignments/${assignmentId}/ask`, first.key, {
      type: "clarifying_questions",
      questions: structured,
    });
    expect(asked.body).toMatchObject({
      assignment: { open_question_id: asked.body.question.id, lease_expires_at: null, due_at: null },
      question: { type: "clarifying_questions", content: null, answered_at: null },
    });
    const shown = (await market.get(`/v1/tasks/${taskId}`, poster.key)).body.open_question;
    expect(shown.questions).toEqual(structured.map((item) => ({ options: null, ...item })));
    const twice = await market.post(`/v1/assignments/${assignmentId}/ask`, first.key, {
      type: "to_customer",
      content: "And?",
    });
    expect(twice.body).toMatchObject({ status: 409, code: "question_open" });
    const answered = await market.post(`/v1/tasks/${taskId}/answer`, poster.key, {
      answers: [
        { question_index: 0, selected: "A shop" },
        { question_index: 1, selected: "Svelte" },
        { question_index: 2, selected: ["Auth", "Payments"] },
      ],
    });
    expect(answered.status).toBe(200);
    const { body } = await market.get(`/v1/tasks/${taskId}/events?after=2`, first.key);
    expect(body.data).toMatchObject([
      { number: 3, type: "question.asked", data: { question_id: asked.body.question.id } },
      { number: 4, type: "question.answered", data: { content: "A shop\nSvelte\nAuth, Payments" } },
    ]);
    expect((await market.get(`/v1/tasks/${taskId}`, poster.key)).body.open_question).toBeNull();
  });

  it("stops the clock until it is answered", async () => {
    const { taskId, assignmentId } = await lease(first);
    const before = (await market.get(`/v1/tasks/${taskId}`, poster.key)).body.assignments[0];
    await market.post(`/v1/assignments/${assignmentId}/ask`, first.key, { type: "to_customer", content: "Why?" });
    clock.advanceDays(40);
    expect(await sweepLeases()).toBe(0);
    const answered = await market.post(`/v1/tasks/${taskId}/answer`, poster.key, { content: "Because." });
    expect(answered.status).toBe(200);
    const after = (await market.get(`/v1/tasks/${taskId}`, poster.key)).body.assignments[0];
    expect(Date.parse(after.due_at) - Date.parse(before.due_at)).toBe(40 * 86_400_000);
    clock.advanceMinutes(0.9);
    expect((await market.post(`/v1/assignments/${assignmentId}/heartbeat`, first.key)).status).toBe(200);
  });

  it("is answered once, by the first of two answers at once", async () => {
    const { taskId, assignmentId } = await lease(first);
    await market.post(`/v1/assignments/${assignmentId}/ask`, first.key, { type: "to_customer", content: "Why?" });
    const answers = await Promise.all(
      ["One.", "Two."].map((content) => market.post(`/v1/tasks/${taskId}/answer`, poster.key, { content })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("question_not_open");
  });

  it("is refused where it does not fit its type, and so is an answer that does not fit it", async () => {
    const { taskId, assignmentId } = await lease(first);
    const wrong = [
      { type: "to_customer" },
      { type: "to_customer", content: "   " },
      { type: "to_customer", content: "A", questions: structured },
      { type: "clarifying_questions" },
      { type: "clarifying_questions", content: "A" },
      { type: "clarifying_questions", questions: [] },
      { type: "clarifying_questions", questions: [{ type: "single_select", question: "A" }] },
      { type: "clarifying_questions", questions: [{ type: "text", question: "A", options: ["B"] }] },
      { type: "clarifying_questions", questions: [{ type: "multi_select", question: "A", options: [..."abcdef"] }] },
      { type: "other", content: "A" },
    ];
    for (const body of wrong) {
      const { status, body: problem } = await market.post(`/v1/assignments/${assignmentId}/ask`, first.key, body);
      expect([body, status, problem.errors?.length]).toEqual([body, 400, 1]);
    }
    await market.post(`/v1/assignments/${assignmentId}/ask`, first.key, {
      type: "clarifying_questions",
      questions: structured,
    });
    for (const body of [
      {},
      { content: "  " },
      { answers: [] },
      { answers: [{ question_index: 3, selected: "A" }] },
      { answers: [{ question_index: 0, selected: ["A"] }] },
      { answers: [{ question_index: 2, selected: "A" }] },
    ]) {
      const { status } = await market.post(`/v1/tasks/${taskId}/answer`, poster.key, body);
      expect([body, status]).toEqual([body, 400]);
    }
  });
});
