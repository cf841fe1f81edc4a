import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeIntake } from "../../src/market/close-intake.ts";
import { withdrawProposal } from "../../src/market/withdraw-proposal.ts";
import { type Member, openOrganization } from "../support/club-client.ts";
import { NativeClient } from "../support/native-client.ts";
import { NexworkClient, newProposal, openCompetition, openCompetitor } from "../support/nexwork-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const clock = new VirtualClock();
let house: TestHouse;
let nexwork: NexworkClient;
let poster: Member;
let agent: Member;

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  nexwork = new NexworkClient(house.url);
  poster = await openOrganization(house, 10_000_000);
  agent = await openCompetitor(house);
});
afterAll(() => house.close());

async function proposalsOn(taskId: string): Promise<number> {
  const { rows } = await house.app.database.reads.query("select count(*) as n from proposals where task_id = $1", [
    taskId,
  ]);
  return rows[0].n;
}

describe("a proposal", () => {
  it("is answered as the document prints", async () => {
    const id = await openCompetition(house, poster.id);
    const { status, body } = await nexwork.propose(id, agent.key);
    expect(status).toBe(201);
    expect(body).toEqual({
      proposalId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "submitted",
      meta: { taskId: id, taskStatus: "OPEN", proposalCount: 1, proposalsRemaining: 9, autoClosed: false },
    });
  });

  it("may be without a sample, and be at the very bounds", async () => {
    const bounds = [
      { planText: "x".repeat(20), confidenceScore: 0, estimatedCostCents: 1, estimatedHours: 0.01 },
      { planText: "x".repeat(10_000), confidenceScore: 1, estimatedCostCents: 5_000, estimatedHours: 100_000 },
    ];
    for (const wish of bounds) {
      const id = await openCompetition(house, poster.id);
      const body = { ...newProposal, ...wish, sampleOutput: undefined };
      expect((await nexwork.post(`/tasks/${id}/propose`, agent.key, body)).status).toBe(201);
      expect((await nexwork.get(`/tasks/${id}`, agent.key)).body.agentContext.proposal.sampleOutput).toBeNull();
    }
  });

  it("that is the last the task takes closes its intake", async () => {
    const id = await openCompetition(house, poster.id, { maxProposals: 1 });
    const { body } = await nexwork.propose(id, agent.key);
    expect(body.meta).toMatchObject({
      taskStatus: "REVIEWING",
      proposalCount: 1,
      proposalsRemaining: 0,
      autoClosed: true,
    });
    const late = await nexwork.propose(id, (await openCompetitor(house)).key);
    expect([late.status, late.body.error.code, late.body.error.details]).toEqual([
      409,
      "CONFLICT",
      { taskStatus: "REVIEWING" },
    ]);
  });

  it("repeated with its Idempotency-Key is one proposal and one answer, and with another body a conflict", async () => {
    const id = await openCompetition(house, poster.id);
    const key = randomUUID();
    const send = (wish = {}) => nexwork.post(`/tasks/${id}/propose`, agent.key, { ...newProposal, ...wish }, key);
    const answers = await Promise.all([send(), send(), send(), send()]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(await proposalsOn(id)).toBe(1);
    expect((await send({ estimatedHours: 2 })).status).toBe(409);
    expect((await nexwork.propose(id, agent.key)).status).toBe(409);
  });
});

describe("a proposal is refused", () => {
  it("while the agent rests", async () => {
    const id = await openCompetition(house, poster.id);
    const resting = await openCompetitor(house);
    const native = new NativeClient(house.url);
    await native.send("PATCH", `/v1/agents/${resting.id}`, { paused: true }, { key: resting.key });
    const { status, body } = await nexwork.propose(id, resting.key);
    expect([status, body.error]).toEqual([
      403,
      { code: "FORBIDDEN", message: expect.stringMatching(/^This agent is paused/) },
    ]);
    expect(await proposalsOn(id)).toBe(0);
  });

  it("with the document's own words when its plan is too short", async () => {
    const id = await openCompetition(house, poster.id);
    for (const planText of ["Too short", "", "x".repeat(19), " ".repeat(30), ` ${"x".repeat(19)} `]) {
      const { status, body } = await nexwork.propose(id, agent.key, { planText });
      expect(status).toBe(400);
      expect(body).toEqual({
        error: {
          code: "VALIDATION_ERROR",
          message: "Plan must be at least 20 characters",
          details: { fieldErrors: { planText: ["Plan must be at least 20 characters"] } },
        },
      });
    }
  });

  const numbers: readonly unknown[] = [0, -1, 1.5, 1e21, 2 ** 53, "1", true, null, [1], {}];
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    planText: ["x".repeat(10_001), 5, null, ["x".repeat(30)], {}],
    sampleOutput: ["x".repeat(100_001), 5, null, []],
    confidenceScore: [1.01, -0.01, "0.5", null, true, 1e21],
    estimatedCostCents: numbers,
    estimatedHours: [0, -1, 1e21, "1", null, [1]],
  };
  it.each(Object.keys(wrong))("for each wrong %s, naming that field and no other", async (field) => {
    const id = await openCompetition(house, poster.id);
    for (const value of wrong[field] ?? []) {
      const { status, body } = await nexwork.propose(id, agent.key, { [field]: value });
      const where = `${field} = ${JSON.stringify(value).slice(0, 30)}`;
      expect([status, body.error.code, where]).toEqual([400, "VALIDATION_ERROR", where]);
      expect([Object.keys(body.error.details.fieldErrors), where]).toEqual([[field], where]);
      expect(body.error.details.fieldErrors[field]).toEqual([body.error.message]);
    }
    expect(await proposalsOn(id)).toBe(0);
  });

  it.each(["NaN", "Infinity", "1e400", "-1e400", ".5", "0x1"])("for the confidence %s", async (number) => {
    const id = await openCompetition(house, poster.id);
    const text = JSON.stringify(newProposal).replace("0.85", number);
    const { status, body } = await nexwork.post(`/tasks/${id}/propose`, agent.key, text);
    expect([status, body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(await proposalsOn(id)).toBe(0);
  });

  it("for everything that is wrong or missing at once, field by field", async () => {
    const id = await openCompetition(house, poster.id);
    const { body } = await nexwork.post(`/tasks/${id}/propose`, agent.key, { planText: "Short", confidenceScore: 2 });
    expect(body.error.details.fieldErrors).toEqual({
      planText: ["Plan must be at least 20 characters"],
      confidenceScore: ["Confidence score must be at most 1"],
      estimatedCostCents: ["Estimated cost is required"],
      estimatedHours: ["Estimated hours is required"],
    });
    for (const nothing of [undefined, "", "[]", "null", "{"]) {
      const answer = await nexwork.post(`/tasks/${id}/propose`, agent.key, nothing);
      expect([answer.status, answer.body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
      expect(answer.body.error.details.fieldErrors).toEqual({});
    }
  });

  it("over the task's budget, with 400 and the field it is in", async () => {
    const id = await openCompetition(house, poster.id);
    const { status, body } = await nexwork.propose(id, agent.key, { estimatedCostCents: 5_001 });
    expect([status, body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(Object.keys(body.error.details.fieldErrors)).toEqual(["estimatedCostCents"]);
    expect((await nexwork.propose(id, agent.key, { estimatedCostCents: 5_000 })).status).toBe(201);
  });

  it("a second time, also after the first was withdrawn", async () => {
    const id = await openCompetition(house, poster.id);
    const { proposalId } = (await nexwork.propose(id, agent.key)).body;
    expect((await nexwork.propose(id, agent.key)).body.error.code).toBe("CONFLICT");
    const withdrawal = { taskId: id, proposalId, workerId: agent.id };
    await house.app.engine.execute(withdrawProposal, withdrawal);
    expect((await nexwork.propose(id, agent.key)).status).toBe(409);
    expect(await proposalsOn(id)).toBe(1);
  });

  it("once the poster has closed the intake or the deadline has passed, to the millisecond", async () => {
    const closed = await openCompetition(house, poster.id);
    await house.app.engine.execute(closeIntake, { taskId: closed, posterId: poster.id });
    expect((await nexwork.propose(closed, agent.key)).body.error).toMatchObject({
      code: "CONFLICT",
      details: { taskStatus: "REVIEWING" },
    });
    const [inTime, late] = [
      await openCompetition(house, poster.id, { expiresInHours: 1 }),
      await openCompetition(house, poster.id, { expiresInHours: 1 }),
    ];
    clock.advanceMinutes(60 - 1 / 60_000);
    expect((await nexwork.propose(inTime, agent.key)).status).toBe(201);
    clock.advanceMinutes(1 / 60_000);
    expect((await nexwork.propose(late, agent.key)).body.error).toEqual({
      code: "CONFLICT",
      message: "The deadline has passed.",
    });
  });

  it("on a task that is not there, of a category of others, private, or to be claimed", async () => {
    const ids = [
      randomUUID(),
      "no-id",
      await openCompetition(house, poster.id, { category: "secret" }),
      await openCompetition(house, poster.id, { visibility: "private" }),
      await openCompetition(house, poster.id, { intake: "claim", maxProposals: null, category: "general" }),
    ];
    for (const id of ids) {
      const { status, body } = await nexwork.propose(id, agent.key);
      expect([status, body.error]).toEqual([404, { code: "NOT_FOUND", message: "Task not found." }]);
    }
  });

  it("on a task of its own organization", async () => {
    const insider = await openCompetitor(house, { organizationId: poster.id });
    const id = await openCompetition(house, poster.id);
    const { status, body } = await nexwork.propose(id, insider.key);
    expect([status, body.error.code]).toEqual([403, "FORBIDDEN"]);
  });
});

describe("many at once", () => {
  it("fill exactly the places there are, and each agent has at most one of them", async () => {
    const agents = await Promise.all(Array.from({ length: 32 }, () => openCompetitor(house)));
    const id = await openCompetition(house, poster.id, { maxProposals: 10 });
    const answers = await Promise.all([...agents, ...agents].map(({ key }) => nexwork.propose(id, key)));
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(54);
    const counts = accepted.map(({ body }) => body.meta.proposalCount).sort((a, b) => a - b);
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(accepted.filter(({ body }) => body.meta.autoClosed)).toHaveLength(1);
    expect(new Set(accepted.map(({ body }) => body.proposalId)).size).toBe(10);
    expect(await proposalsOn(id)).toBe(10);
  });
});
