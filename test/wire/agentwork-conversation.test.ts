import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { Engineer } from "../support/engineer.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let client: AgentworkClient;
let engineer: Engineer;
let key: string;

beforeAll(async () => {
  house = await openTestHouse();
  client = new AgentworkClient(house.url);
  engineer = await Engineer.hire(house.app);
  key = (await client.register()).key;
});
afterAll(() => house.close());

const questions = [
  { type: "text", question: "What is the primary use case?", options: null },
  { type: "single_select", question: "Which framework?", options: ["React", "Vue", "Svelte"] },
  { type: "multi_select", question: "Which features?", options: ["Auth", "Database", "File upload"] },
] as const;

const reply = (id: string, body: unknown) => client.post(`/api/v1/tasks/${id}/message`, key, body);
const decide = (id: string, body: unknown) => client.post(`/api/v1/tasks/${id}/solution-status`, key, body);
const cancel = (id: string) => client.post(`/api/v1/tasks/${id}/cancel`, key);
const statusOf = async (id: string): Promise<string> => (await client.status(key, id)).body.status;

async function askedTask(): Promise<string> {
  const id = await client.createTask(key);
  await engineer.take(id);
  await engineer.ask(id, questions);
  return id;
}

async function solvedTask(): Promise<string> {
  const id = await client.createTask(key);
  await engineer.take(id);
  await engineer.submit(id, "Here is the completed solution.");
  return id;
}

async function answerOf(id: string) {
  const { rows } = await house.app.database.reads.query(
    `select answer_text, answers from questions where task_id = $1 and answered_at is not null`,
    [id],
  );
  return rows;
}

describe("a question", () => {
  it("is shown with CLARIFYING_QUESTIONS as a JSON string, and no solution beside it", async () => {
    const id = await askedTask();
    const { body } = await client.status(key, id);
    expect(body).toMatchObject({ status: "awaiting_reply", solution: null });
    expect(body.question).toEqual({
      message_id: expect.any(String),
      content: expect.any(String),
      type: "CLARIFYING_QUESTIONS",
    });
    expect(JSON.parse(body.question.content)).toEqual({ type: "clarifying_questions", questions });
  });

  it("is plain text with TO_CUSTOMER", async () => {
    const id = await client.createTask(key);
    await engineer.take(id);
    await engineer.askPlainly(id, "What color scheme?");
    const { body } = await client.status(key, id);
    expect(body.question).toEqual({
      message_id: expect.any(String),
      content: "What color scheme?",
      type: "TO_CUSTOMER",
    });
    expect((await reply(id, { message: "Blue and white." })).status).toBe(201);
    expect(await answerOf(id)).toEqual([{ answer_text: "Blue and white.", answers: null }]);
  });

  it("of either type takes a structured answer; a plain one counts as one text question", async () => {
    const id = await client.createTask(key);
    await engineer.take(id);
    await engineer.askPlainly(id, "What color scheme?");
    expect((await reply(id, { answers: [{ question_index: 1, selected: "Blue" }] })).status).toBe(400);
    expect((await reply(id, { answers: [{ question_index: 0, selected: "Blue" }] })).status).toBe(201);
  });

  it("is gone with the task when the poster cancels", async () => {
    const id = await askedTask();
    expect((await cancel(id)).status).toBe(200);
    expect((await client.status(key, id)).body).toMatchObject({ status: "cancelled", question: null, solution: null });
  });
});

describe("POST /api/v1/tasks/{task_id}/message", () => {
  it("takes plain text by either name; the status has changed when the answer returns", async () => {
    for (const body of [
      { message: "Yes" },
      { content: "Yes" },
      { message: "", content: "Yes" },
      { message: null, content: "Yes" },
    ]) {
      const id = await askedTask();
      const answer = await reply(id, body);
      expect([answer.status, answer.body]).toEqual([201, { success: true, status: "processing" }]);
      expect((await client.status(key, id)).body).toMatchObject({ status: "processing", question: null });
      expect(await answerOf(id)).toEqual([{ answer_text: "Yes", answers: null }]);
    }
  });

  it("takes structured answers of each kind before the message, also outside the options", async () => {
    const id = await askedTask();
    const answers = [
      { question_index: 0, selected: "Building a SaaS dashboard" },
      { question_index: 1, selected: "Solid" },
      { question_index: 2, selected: ["Auth", "Something of my own"] },
    ];
    const answer = await reply(id, { message: "not this", answers });
    expect([answer.status, answer.body]).toEqual([201, { success: true, status: "processing" }]);
    expect(await answerOf(id)).toEqual([
      {
        answer_text: null,
        answers: answers.map(({ question_index, selected }) => ({ questionIndex: question_index, selected })),
      },
    ]);
  });

  it.each([
    ["nothing", {}],
    ["a blank message", { message: " \n" }],
    ["a blank content", { content: "" }],
    ["null", { message: null, content: null, answers: null }],
  ])("answers 400 'Message cannot be empty' to %s", async (_what, body) => {
    const answer = await reply(await askedTask(), body);
    expect([answer.status, answer.body]).toEqual([400, { status_code: 400, detail: "Message cannot be empty" }]);
  });

  it.each([
    ["no answers in the list", []],
    ["an index past the end", [{ question_index: 3, selected: "x" }]],
    ["an index below 0", [{ question_index: -1, selected: "x" }]],
    ["an index that is no whole number", [{ question_index: 0.5, selected: "x" }]],
    ["an index as text", [{ question_index: "0", selected: "x" }]],
    ["no index", [{ selected: "x" }]],
    ["nothing selected", [{ question_index: 0 }]],
    ["a list for a text", [{ question_index: 0, selected: ["x"] }]],
    ["a list for a single choice", [{ question_index: 1, selected: ["React"] }]],
    ["a text for a multiple choice", [{ question_index: 2, selected: "Auth" }]],
    ["an empty list", [{ question_index: 2, selected: [] }]],
    ["a blank text", [{ question_index: 0, selected: " " }]],
    ["a blank in a list", [{ question_index: 2, selected: ["Auth", ""] }]],
    ["a number", [{ question_index: 0, selected: 7 }]],
    ["no list", { question_index: 0, selected: "x" }],
  ])("answers 400 to %s and goes on waiting", async (_what, answers) => {
    const id = await askedTask();
    const answer = await reply(id, { answers, message: "a way out" });
    expect([answer.status, answer.body.status_code, typeof answer.body.detail]).toEqual([400, 400, "string"]);
    expect(await statusOf(id)).toBe("awaiting_reply");
  });

  it("answers 400 when nothing was asked", async () => {
    const processing = await client.createTask(key);
    const solved = await solvedTask();
    const cancelled = await client.createTask(key);
    await cancel(cancelled);
    for (const id of [processing, solved, cancelled]) {
      const answer = await reply(id, { message: "Hello?" });
      expect([answer.status, answer.body.detail]).toEqual([400, "No question is waiting for an answer."]);
    }
  });

  it("takes one of two answers that arrive at once", async () => {
    for (let round = 0; round < 10; round++) {
      const id = await askedTask();
      const both = await Promise.all([reply(id, { message: "one" }), reply(id, { message: "two" })]);
      expect(both.map(({ status }) => status).sort()).toEqual([201, 400]);
      const winner = both[0]?.status === 201 ? "one" : "two";
      expect(await answerOf(id)).toEqual([{ answer_text: winner, answers: null }]);
    }
  });

  it("survives an answer and a cancellation at once: the task is cancelled either way", async () => {
    for (let round = 0; round < 10; round++) {
      const id = await askedTask();
      const [answered, cancelled] = await Promise.all([reply(id, { message: "go on" }), cancel(id)]);
      expect(cancelled.status).toBe(200);
      expect([201, 400]).toContain(answered.status);
      expect(await statusOf(id)).toBe("cancelled");
    }
  });
});

describe("POST /api/v1/tasks/{task_id}/solution-status", () => {
  it("completes a confirmed task, in whatever case the word comes", async () => {
    for (const status of ["CONFIRMED", "confirmed", "Confirmed"]) {
      const id = await solvedTask();
      expect((await client.status(key, id)).body).toMatchObject({
        status: "awaiting_solution_approval",
        question: null,
        solution: { message_id: expect.any(String), content: "Here is the completed solution." },
      });
      const answer = await decide(id, { status });
      expect([answer.status, answer.body]).toEqual([200, { success: true, status: "completed" }]);
      expect((await client.status(key, id)).body).toMatchObject({
        status: "completed",
        question: null,
        solution: null,
      });
    }
    await house.expectLedgerToBalance();
  });

  it("sends a rejected solution back with the reason, as often as the poster wants", async () => {
    const id = await solvedTask();
    for (let round = 1; round <= 7; round++) {
      const answer = await decide(id, { status: "rejected", rejection_reason: `Not yet (${round})` });
      expect([answer.status, answer.body]).toEqual([200, { success: true, status: "processing" }]);
      expect((await client.status(key, id)).body).toMatchObject({ status: "processing", solution: null });
      await engineer.submit(id, `Try ${round + 1}.`);
      expect((await client.status(key, id)).body.solution.content).toBe(`Try ${round + 1}.`);
    }
    const { rows } = await house.app.database.reads.query(
      "select feedback from reviews where task_id = $1 and verdict = 'revision_requested' order by id",
      [id],
    );
    expect(rows.map(({ feedback }) => feedback)).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `Not yet (${n})`));
    expect((await decide(id, { status: "CONFIRMED" })).body.status).toBe("completed");
  });

  it.each([
    { status: "MAYBE" },
    { status: "" },
    { status: null },
    { status: true },
    {},
    { status: "CONFIRMED", rejection_reason: 7 },
  ])("answers 400 to %j and goes on waiting", async (body) => {
    const id = await solvedTask();
    const answer = await decide(id, body);
    expect([answer.status, answer.body.status_code, typeof answer.body.detail]).toEqual([400, 400, "string"]);
    expect(await statusOf(id)).toBe("awaiting_solution_approval");
  });

  it("answers 400 when there is nothing to decide on, and to a second decision", async () => {
    const processing = await client.createTask(key);
    const asked = await askedTask();
    const completed = await solvedTask();
    await decide(completed, { status: "CONFIRMED" });
    for (const id of [processing, asked, completed]) {
      for (const status of ["CONFIRMED", "REJECTED"]) {
        const answer = await decide(id, { status });
        expect([answer.status, answer.body.status_code]).toEqual([400, 400]);
      }
    }
    expect(await statusOf(completed)).toBe("completed");
  });

  it("takes one of a confirmation and a rejection that arrive at once", async () => {
    for (let round = 0; round < 10; round++) {
      const id = await solvedTask();
      const both = await Promise.all([decide(id, { status: "CONFIRMED" }), decide(id, { status: "REJECTED" })]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    }
  });
});

describe("POST /api/v1/tasks/{task_id}/cancel", () => {
  it("cancels a task in every state before completion, and says so again when asked again", async () => {
    const waiting = await client.createTask(key);
    const asked = await askedTask();
    const solved = await solvedTask();
    for (const id of [waiting, asked, solved]) {
      for (let time = 0; time < 2; time++) {
        const answer = await cancel(id);
        expect([answer.status, answer.body]).toEqual([200, { success: true, status: "cancelled" }]);
      }
      const { events } = (await client.get(`/api/v1/tasks/${id}/events`, key)).body;
      expect(events.at(-1)).toMatchObject({ type: "status", content: "You cancelled the task." });
    }
  });

  it("answers 400 when the task is completed", async () => {
    const id = await solvedTask();
    await decide(id, { status: "CONFIRMED" });
    const answer = await cancel(id);
    expect([answer.status, answer.body.status_code]).toEqual([400, 400]);
    expect(await statusOf(id)).toBe("completed");
  });

  it("stops the worker: what it hands in afterwards is refused", async () => {
    const id = await askedTask();
    await cancel(id);
    await expect(engineer.submit(id, "Too late.")).rejects.toMatchObject({ code: "lease_lost" });
  });
});
