import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordEvaluation } from "../../src/market/record-evaluation.ts";
import { aProposal, CompetitionClient } from "../support/competition-client.ts";
import { foundOrganization, type Member, type NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const clock = new VirtualClock();
let house: TestHouse;
let competition: CompetitionClient;
let market: NativeClient;
let poster: Member;
let agents: Member[];

beforeAll(async () => {
  house = await openTestHouse({ clock: clock.now });
  competition = await CompetitionClient.open(house);
  ({ market, poster } = competition);
  await competition.deposit(poster, 500_000);
  agents = await Promise.all(["Ada", "Bob", "Cleo", "Dan"].map((name) => competition.approvedAgent({ name })));
});
afterAll(async () => {
  await house.expectLedgerToBalance();
  await house.close();
});

function agent(place: number): Member {
  const found = agents[place];
  if (found === undefined) throw new Error(`There is no agent ${place}.`);
  return found;
}

const inHours = (hours: number): string => new Date(Date.parse(clock.now()) + hours * 3_600_000).toISOString();
const taskOf = async (taskId: string, key = poster.key) => (await market.get(`/v1/tasks/${taskId}`, key)).body;

describe("a task that takes proposals", () => {
  it("is public, in US dollars, reviewed by its poster and funded at once, with the usual terms", async () => {
    const before = await competition.centsOf(poster);
    const { status, body } = await market.post("/v1/tasks", poster.key, {
      title: "Research 50 companies",
      description: "As CSV.",
      intake: "proposals",
      budget: 5_000,
      category: "lead_research",
      inputs: { source: "https://example.com/list", columns: ["name", "url"], limit: 50, nested: { a: [{ b: null }] } },
    });
    expect([status, body.task]).toMatchObject([
      201,
      {
        state: "open",
        intake: "proposals",
        visibility: "public",
        currency: "usd",
        funding: "escrow",
        review: "manual",
        max_proposals: 10,
        proposal_count: 0,
        dispute_hours: 0,
        release_due_at: null,
        time_limit_minutes: 10_080,
        expires_at: inHours(720),
        inputs: {
          source: "https://example.com/list",
          columns: ["name", "url"],
          limit: 50,
          nested: { a: [{ b: null }] },
        },
      },
    ]);
    expect(await competition.centsOf(poster)).toBe(before - 5_000);
    expect((await taskOf(body.task.id)).task).toEqual({ ...body.task, worker_id: null });
  });

  it("has the terms that its poster sets", async () => {
    const taskId = await competition.postTask({
      deadline: "2026-01-11T12:00:00+02:00",
      max_proposals: 3,
      dispute_hours: 48,
      time_limit_minutes: 60,
      expires_in_hours: null,
    });
    expect((await taskOf(taskId)).task).toMatchObject({
      expires_at: "2026-01-11T10:00:00.000Z",
      max_proposals: 3,
      dispute_hours: 48,
      time_limit_minutes: 60,
    });
  });

  it.each([
    [{ currency: "credits" }, "#/currency"],
    [{ review: "auto" }, "#/review"],
    [{ agent_id: crypto.randomUUID() }, "#/agent_id"],
    [{ max_proposals: 0 }, "#/max_proposals"],
    [{ max_proposals: 101 }, "#/max_proposals"],
    [{ dispute_hours: -1 }, "#/dispute_hours"],
    [{ dispute_hours: 721 }, "#/dispute_hours"],
    [{ expires_in_hours: null }, "#/expires_in_hours"],
    [{ deadline: "tomorrow" }, "#/deadline"],
    [{ deadline: "2026-02-30T00:00:00Z" }, "#/deadline"],
    [{ deadline: "2027-02-01T00:00:00Z" }, "#/deadline"],
    [{ deadline: "2026-02-01T00:00:00Z", expires_in_hours: 5 }, "#/deadline"],
    [{ inputs: ["a"] }, "#/inputs"],
    [{ inputs: { text: "x".repeat(100_000) } }, "#/inputs"],
    [{ inputs: nested(21) }, "#/inputs"],
    [{ intake: "claim", currency: "usd", max_proposals: 5 }, "#/max_proposals"],
    [{ intake: "claim" }, "#/currency"],
  ])("with %j is told where it is wrong", async (terms, pointer) => {
    const body = { title: "T", description: "D", budget: 5_000, intake: "proposals", ...terms };
    const answer = await market.post("/v1/tasks", poster.key, body);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  it("cannot have inputs with a number that is none, but 20 levels of them", async () => {
    const task = '{"title":"T","description":"D","budget":1,"intake":"proposals","inputs":{"a":1e400}}';
    expect((await market.post("/v1/tasks", poster.key, task)).status).toBe(400);
    await competition.postTask({ inputs: nested(20) });
  });

  it("is not posted with a deadline that has passed, nor with more than its poster has", async () => {
    const late = { title: "T", description: "D", budget: 1, intake: "proposals", deadline: inHours(-1) };
    expect((await market.post("/v1/tasks", poster.key, late)).body).toMatchObject({
      status: 409,
      code: "deadline_passed",
    });
    const dear = { ...late, deadline: inHours(1), budget: 900_000_000 };
    expect((await market.post("/v1/tasks", poster.key, dear)).body).toMatchObject({ status: 402 });
  });
});

describe("a proposal", () => {
  it("is seen by its agent, the poster and admins, and by nobody else", async () => {
    const taskId = await competition.postTask();
    const path = `/v1/tasks/${taskId}/proposals`;
    const made = await market.post(path, agent(0).key, aProposal({ sample_output: "Company, Website" }));
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        task: { id: taskId, state: "open", proposal_count: 1 },
        proposal: {
          task_id: taskId,
          worker_id: agent(0).id,
          state: "submitted",
          sample_output: "Company, Website",
          confidence: 0.8,
          amount: 4_000,
          estimated_hours: 1.5,
          decided_at: null,
        },
      },
    ]);
    const address = `/v1/proposals/${made.body.proposal.id}`;
    for (const { key } of [agent(0), poster, competition.admin]) {
      expect((await market.get(address, key)).body).toEqual({ proposal: made.body.proposal });
    }
    for (const { key } of [agent(1), competition.operator]) expect((await market.get(address, key)).status).toBe(404);
  });

  it.each([
    [{ plan: "Too short." }, "#/plan"],
    [{ plan: "x".repeat(10_001) }, "#/plan"],
    [{ plan: " ".repeat(30) }, "#/plan"],
    [{ confidence: 1.01 }, "#/confidence"],
    [{ confidence: -0.01 }, "#/confidence"],
    [{ confidence: null }, "#/confidence"],
    [{ amount: 0 }, "#/amount"],
    [{ amount: 1.5 }, "#/amount"],
    [{ estimated_hours: 0 }, "#/estimated_hours"],
    [{ estimated_hours: 10_001 }, "#/estimated_hours"],
    [{ sample_output: "x".repeat(10_001) }, "#/sample_output"],
  ])("with %j is told where it is wrong", async (terms, pointer) => {
    const taskId = await competition.postTask({ budget: 1 });
    const answer = await market.post(`/v1/tasks/${taskId}/proposals`, agent(0).key, aProposal(terms));
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  it("is refused beyond the budget, a second time, by an agent nobody approved, and on one's own task", async () => {
    const taskId = await competition.postTask();
    const path = `/v1/tasks/${taskId}/proposals`;
    const dear = await market.post(path, agent(0).key, aProposal({ amount: 5_001 }));
    expect(dear.body).toMatchObject({ status: 400, code: "proposal_over_budget", budget: 5_000 });
    await competition.propose(taskId, agent(0));
    expect((await market.post(path, agent(0).key, aProposal())).body).toMatchObject({
      status: 409,
      code: "proposal_exists",
    });
    const stranger = await market.createAgent(competition.operator.key);
    expect((await market.post(path, stranger.key, aProposal())).body).toMatchObject({
      status: 403,
      code: "agent_not_approved",
      approval_status: "none",
    });
    const own = await market.createAgent(poster.key);
    await competition.expect(200, `/v1/admin/agents/${own.id}/approve`, competition.admin.key);
    expect((await market.post(path, own.key, aProposal())).body).toMatchObject({ status: 403, code: "own_task" });
    const claimed = await market.postTask(poster.key);
    const elsewhere = await market.post(`/v1/tasks/${claimed}/proposals`, agent(0).key, aProposal());
    expect(elsewhere.body).toMatchObject({ status: 409, code: "not_proposals" });
  });

  it("closes the intake when it is the last, and is refused afterwards", async () => {
    const taskId = await competition.postTask({ max_proposals: 2 });
    await competition.propose(taskId, agent(0));
    await competition.propose(taskId, agent(1));
    expect((await taskOf(taskId)).task).toMatchObject({ state: "selecting", proposal_count: 2 });
    const late = await market.post(`/v1/tasks/${taskId}/proposals`, agent(2).key, aProposal());
    expect(late.body).toMatchObject({ status: 409, code: "task_wrong_state", state: "selecting" });
  });

  it("can be taken back by its agent once, for good", async () => {
    const taskId = await competition.postTask();
    const id = await competition.propose(taskId, agent(0));
    const strange = await market.post(`/v1/proposals/${id}/withdraw`, agent(1).key);
    expect(strange.body).toMatchObject({ status: 404, code: "proposal_not_found" });
    const posters = await market.post(`/v1/proposals/${id}/withdraw`, poster.key);
    expect(posters.body).toMatchObject({ status: 404, code: "proposal_not_found" });
    const done = await market.post(`/v1/proposals/${id}/withdraw`, agent(0).key);
    expect(done.body).toMatchObject({ task: { proposal_count: 0 }, proposal: { id, state: "withdrawn" } });
    const again = await market.post(`/v1/proposals/${id}/withdraw`, agent(0).key);
    expect(again.body).toMatchObject({ status: 409, code: "proposal_decided", state: "withdrawn" });
    const anew = await market.post(`/v1/tasks/${taskId}/proposals`, agent(0).key, aProposal());
    expect(anew.body).toMatchObject({ status: 409, code: "proposal_exists" });
    expect((await market.get(`/v1/tasks/${taskId}/proposals`, poster.key)).body.data).toEqual([]);
  });
});

describe("a poster who chooses", () => {
  it("reads the proposals ranked, with the reasons, page by page", async () => {
    const taskId = await competition.postTask();
    const dear = await competition.propose(taskId, agent(0), { amount: 5_000, confidence: 1 });
    const cheap = await competition.propose(taskId, agent(1), { amount: 1_000 });
    const middling = await competition.propose(taskId, agent(2), { amount: 3_000 });
    const path = `/v1/tasks/${taskId}/proposals`;
    const { body } = await market.get(path, poster.key);
    expect(body.data.map((each: { proposal: { id: string } }) => each.proposal.id)).toEqual([cheap, middling, dear]);
    expect(body.data[0]).toMatchObject({
      agent: { id: agent(1).id, name: "Bob", approval: "approved" },
      ranking: { rank: 1 },
    });
    expect(body.data[0].ranking.reasons[0]).toEqual({
      fact: "price",
      value: 0.8,
      weight: 30,
      points: 24,
      reason: "Asks for 20 % of the budget.",
    });
    expect(body.data[0].agent.system_prompt).toBeUndefined();
    const first = await market.get(`${path}?limit=2`, poster.key);
    const second = await market.get(`${path}?limit=2&cursor=${first.body.next_cursor}`, poster.key);
    expect([...first.body.data, ...second.body.data]).toEqual(body.data);
    expect(second.body.next_cursor).toBeNull();
    expect((await market.get(path, competition.admin.key)).body).toEqual(body);
    expect((await market.get(path, agent(0).key)).body).toMatchObject({ status: 403, code: "not_poster" });
  });

  it("shortlists several at their own prices, who then have their time from now on", async () => {
    const taskId = await competition.postTask({ time_limit_minutes: 120 });
    const [first, second] = [
      await competition.propose(taskId, agent(0), { amount: 4_000 }),
      await competition.propose(taskId, agent(1), { amount: 3_000 }),
    ];
    const { body } = await market.post(`/v1/proposals/${first}/shortlist`, poster.key);
    expect(body).toMatchObject({
      task: { state: "in_progress", worker_id: agent(0).id },
      proposal: { id: first, state: "shortlisted", decided_at: clock.now() },
      assignment: { worker_id: agent(0).id, state: "active", price: 4_000, proposal_id: first, due_at: inHours(2) },
    });
    await competition.shortlist(second);
    const { assignments } = await taskOf(taskId);
    expect(assignments).toHaveLength(2);
    const own = await taskOf(taskId, agent(0).key);
    expect(own.assignments).toMatchObject([{ worker_id: agent(0).id, price: 4_000 }]);
    const again = await market.post(`/v1/proposals/${first}/shortlist`, poster.key);
    expect(again.body).toMatchObject({ status: 409, code: "proposal_decided" });
  });

  it("shortlists several in one step, all or none: however fast the first delivers, the others have their chance", async () => {
    const taskId = await competition.postTask();
    const ids = [await competition.propose(taskId, agent(0)), await competition.propose(taskId, agent(1))];
    const taken = await competition.propose(taskId, agent(2));
    const shortlist = (proposal_ids: readonly string[], key = poster.key) =>
      market.post(`/v1/tasks/${taskId}/shortlist`, key, { proposal_ids });
    await market.post(`/v1/proposals/${taken}/withdraw`, agent(2).key);
    for (const wrong of [taken, crypto.randomUUID(), "x"]) {
      expect((await shortlist([...ids, wrong])).body.code).toBe("proposal_not_found");
    }
    expect((await shortlist([ids[0] ?? "", ids[0] ?? ""])).status).toBe(400);
    expect((await shortlist([])).status).toBe(400);
    expect((await shortlist(ids, agent(3).key)).body.code).toBe("not_poster");
    expect((await taskOf(taskId)).task.state).toBe("open");
    const { status, body } = await shortlist(ids);
    expect([status, body.task.state]).toEqual([200, "in_progress"]);
    expect(body.assignments).toMatchObject([
      { worker_id: agent(0).id, state: "active" },
      { worker_id: agent(1).id, state: "active" },
    ]);
    expect((await shortlist(ids)).body.code).toBe("proposal_decided");
  });

  it("declines with a reason, but only what is undecided, and only as the poster", async () => {
    const taskId = await competition.postTask();
    const id = await competition.propose(taskId, agent(0));
    for (const verb of ["decline", "shortlist"]) {
      const own = await market.post(`/v1/proposals/${id}/${verb}`, agent(0).key);
      expect(own.body).toMatchObject({ status: 403, code: "not_poster" });
      const strange = await market.post(`/v1/proposals/${id}/${verb}`, agent(1).key);
      expect(strange.body).toMatchObject({ status: 404, code: "proposal_not_found" });
    }
    const { body } = await market.post(`/v1/proposals/${id}/decline`, poster.key, { reason: "Too dear." });
    expect(body).toMatchObject({ task: { state: "open", proposal_count: 1 }, proposal: { id, state: "declined" } });
    const after = await market.post(`/v1/proposals/${id}/shortlist`, poster.key);
    expect(after.body).toMatchObject({ status: 409, code: "proposal_decided", state: "declined" });
  });

  it("does not get an agent that was sent away meanwhile", async () => {
    const gone = await competition.approvedAgent();
    const id = await competition.propose(await competition.postTask(), gone);
    await competition.expect(200, `/v1/admin/agents/${gone.id}/suspend`, competition.admin.key);
    const answer = await market.post(`/v1/proposals/${id}/shortlist`, poster.key);
    expect(answer.body).toMatchObject({ status: 403, code: "agent_not_approved", approval_status: "suspended" });
  });

  it("closes the intake and opens it again, for more or longer if need be", async () => {
    const taskId = await competition.postTask({ max_proposals: 1, deadline: inHours(5) });
    await competition.propose(taskId, agent(0));
    const full = await market.post(`/v1/tasks/${taskId}/reopen`, poster.key);
    expect(full.body).toMatchObject({ status: 409, code: "intake_full", proposals: 1 });
    const more = await market.post(`/v1/tasks/${taskId}/reopen`, poster.key, { max_proposals: 2 });
    expect(more.body.task).toMatchObject({ state: "open", max_proposals: 2, expires_at: inHours(5) });
    const open = await market.post(`/v1/tasks/${taskId}/reopen`, poster.key);
    expect(open.body).toMatchObject({ status: 409, code: "task_wrong_state", state: "open" });
    const closed = await market.post(`/v1/tasks/${taskId}/close-intake`, poster.key);
    expect(closed.body.task).toMatchObject({ state: "selecting" });
    const twice = await market.post(`/v1/tasks/${taskId}/close-intake`, poster.key);
    expect(twice.body).toMatchObject({ status: 409, code: "task_wrong_state", state: "selecting" });
    clock.advanceMinutes(6 * 60);
    const late = await market.post(`/v1/tasks/${taskId}/reopen`, poster.key);
    expect(late.body).toMatchObject({ status: 409, code: "deadline_passed" });
    const longer = await market.post(`/v1/tasks/${taskId}/reopen`, poster.key, { deadline: inHours(3) });
    expect(longer.body.task).toMatchObject({ state: "open", expires_at: inHours(3) });
    const far = await market.post(`/v1/tasks/${taskId}/reopen`, poster.key, { deadline: inHours(9_000) });
    expect(far.body.errors[0].pointer).toBe("#/deadline");
    const claim = await market.postTask(poster.key);
    const other = await market.post(`/v1/tasks/${claim}/close-intake`, poster.key);
    expect(other.body).toMatchObject({ status: 409, code: "not_proposals" });
  });
});

describe("several deliveries on one task", () => {
  async function twoDeliveries() {
    const taskId = await competition.postTask();
    const works = [];
    for (const [place, amount] of [4_000, 3_000].entries()) {
      const proposalId = await competition.propose(taskId, agent(place), { amount });
      works.push({ proposalId, assignmentId: "", submissionId: "", worker: agent(place) });
    }
    for (const work of works) work.assignmentId = await competition.shortlist(work.proposalId);
    for (const work of works) work.submissionId = await competition.deliver(work.assignmentId, work.worker);
    const [first, second] = works;
    if (first === undefined || second === undefined) throw new Error("There are two.");
    return { taskId, first, second };
  }

  it("are listed with what was said of them, to each worker its own", async () => {
    const { taskId, first, second } = await twoDeliveries();
    const checks = [{ name: "csv", group: "format" as const, score: 0.5, reason: "3 of 6 rows have an URL." }];
    await house.app.engine.execute(recordEvaluation, {
      taskId,
      submissionId: second.submissionId,
      outcome: { state: "finished", formatScore: 0.5, coherenceScore: null, checks },
    });
    const path = `/v1/tasks/${taskId}/submissions`;
    const { body } = await market.get(path, poster.key);
    expect(body.data).toMatchObject([
      {
        submission: { id: second.submissionId, worker_id: agent(1).id, text: "The work." },
        evaluation: { state: "finished", format_score: 0.5, coherence_score: null, checks },
        reviews: [],
      },
      { submission: { id: first.submissionId }, evaluation: { state: "pending", checks: [] } },
    ]);
    const own = await market.get(path, agent(0).key);
    expect(own.body.data.map((each: { submission: { id: string } }) => each.submission.id)).toEqual([
      first.submissionId,
    ]);
    const page = await market.get(`${path}?limit=1`, poster.key);
    const rest = await market.get(`${path}?limit=1&cursor=${page.body.next_cursor}`, poster.key);
    expect([...page.body.data, ...rest.body.data]).toEqual(body.data);
    expect((await market.get(path, agent(2).key)).body).toMatchObject({ status: 403, code: "not_allowed" });
    expect((await market.get(path, competition.admin.key)).body).toEqual(body);
  });

  it("must be told apart when one is approved: it is paid what it asked, and the rest returns", async () => {
    const { taskId, second } = await twoDeliveries();
    const before = [await competition.centsOf(poster), await competition.centsOf(agent(1))] as const;
    const vague = await market.post(`/v1/tasks/${taskId}/approve`, poster.key, { rating: 5 });
    expect(vague.body).toMatchObject({ status: 400, code: "submission_ambiguous", submissions: 2 });
    const nothing = { submission_id: crypto.randomUUID() };
    const absent = await market.post(`/v1/tasks/${taskId}/approve`, poster.key, nothing);
    expect(absent.body).toMatchObject({ status: 404, code: "submission_not_found" });
    const { body } = await market.post(`/v1/tasks/${taskId}/approve`, poster.key, {
      submission_id: second.submissionId,
      rating: 4,
      scores: { accuracy: 5, style: 3 },
      feedback: "Good.",
    });
    expect(body.task).toMatchObject({ state: "completed", price: 3_000, worker_id: agent(1).id });
    expect(await competition.centsOf(poster)).toBe(before[0] + 2_000);
    expect(await competition.centsOf(agent(1))).toBe(before[1] + 2_700);
    const { assignments, reviews } = await taskOf(taskId);
    expect(assignments.map(({ state }: { state: string }) => state)).toEqual(["accepted", "rejected"]);
    expect(reviews).toMatchObject([
      { verdict: "approved", rating: 4, scores: { accuracy: 5, style: 3 }, feedback: "Good." },
    ]);
    const { agent: winner } = (await market.get(`/v1/agents/${agent(1).id}`, poster.key)).body;
    expect(winner.reputation).toEqual({ rating: 4, rating_count: 1, acceptance_rate: 1, on_time_rate: 1 });
    expect(winner.completed_tasks).toBe(1);
  });

  it.each([
    [{ scores: { accuracy: 0 } }, "#/scores/accuracy"],
    [{ scores: { accuracy: 6 } }, "#/scores/accuracy"],
    [{ scores: { accuracy: 4.5 } }, "#/scores/accuracy"],
    [{ scores: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`c${index}`, 5])) }, "#/scores"],
    [{ scores: { ["x".repeat(65)]: 5 } }, "#/scores"],
    [{ scores: { " ": 5 } }, "#/scores"],
  ])("cannot be scored with %j", async (judgement, pointer) => {
    const { taskId } = await competition.delivered(agent(0));
    const answer = await market.post(`/v1/tasks/${taskId}/approve`, poster.key, judgement);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].pointer).toContain(pointer);
  });

  it("can be sent back or rejected one by one", async () => {
    const { taskId, first, second } = await twoDeliveries();
    for (const verb of ["request-revision", "reject"]) {
      const absent = await market.post(`/v1/tasks/${taskId}/${verb}`, poster.key, { submission_id: "none" });
      expect(absent.body).toMatchObject({ status: 404, code: "submission_not_found" });
    }
    const vague = await market.post(`/v1/tasks/${taskId}/request-revision`, poster.key);
    expect(vague.body).toMatchObject({ status: 400, code: "submission_ambiguous" });
    const rejected = await market.post(`/v1/tasks/${taskId}/reject`, poster.key, {
      submission_id: second.submissionId,
    });
    expect(rejected.body.task).toMatchObject({ state: "in_review", worker_id: agent(0).id });
    const named = { submission_id: first.submissionId, reason: "Shorter." };
    const sentBack = await market.post(`/v1/tasks/${taskId}/request-revision`, poster.key, named);
    expect(sentBack.body.task).toMatchObject({ state: "in_progress", revision_count: 1 });
    await competition.deliver(first.assignmentId, first.worker, "Shorter.");
    const { body } = await market.get(`/v1/tasks/${taskId}/submissions`, agent(0).key);
    expect(body.data).toMatchObject([
      { submission: { text: "Shorter." }, reviews: [] },
      { submission: { text: "The work." }, reviews: [{ verdict: "revision_requested", feedback: "Shorter." }] },
    ]);
    const last = await market.post(`/v1/tasks/${taskId}/reject`, poster.key);
    expect(last.body.task).toMatchObject({ state: "open", worker_id: null });
  });
});

describe("the history of a competition", () => {
  it("is whole for the poster; a competitor sees its own part, a stranger only what happened", async () => {
    const taskId = await competition.postTask();
    const ids = [
      await competition.propose(taskId, agent(0)),
      await competition.propose(taskId, agent(1), { amount: 77 }),
    ];
    for (const id of ids) await competition.shortlist(id);
    const eventsOf = async ({ key }: Member): Promise<{ type: string; data: Record<string, unknown> }[]> =>
      (await market.get(`/v1/tasks/${taskId}/events`, key)).body.data;
    expect((await eventsOf(poster)).map(({ type }) => type)).toEqual([
      "task.posted",
      "proposal.submitted",
      "proposal.submitted",
      "proposal.shortlisted",
      "proposal.shortlisted",
    ]);
    for (const [place, proposalId] of ids.entries()) {
      const own = await eventsOf(agent(place));
      expect(own.map(({ type }) => type)).toEqual(["task.posted", "proposal.submitted", "proposal.shortlisted"]);
      expect(own[1]?.data.proposal_id).toBe(proposalId);
    }
    expect(await eventsOf(await foundOrganization(house))).toMatchObject([{ type: "task.posted", data: {} }]);
    const reader = await market.stream(taskId, agent(0).key);
    expect((await reader.atLeast(3)).map(({ event }) => event)).toEqual([
      "task.posted",
      "proposal.submitted",
      "proposal.shortlisted",
    ]);
    expect(JSON.stringify(reader.events)).not.toContain('"amount":77');
    reader.close();
  });
});

describe("a repeated request", () => {
  it("has one effect and the same answer", async () => {
    const taskId = await competition.postTask();
    const retry = crypto.randomUUID();
    const propose = () => market.post(`/v1/tasks/${taskId}/proposals`, agent(0).key, aProposal(), retry);
    const [first, second] = [await propose(), await propose()];
    expect([first.status, second.body]).toEqual([201, first.body]);
    const shortlist = () => market.post(`/v1/proposals/${first.body.proposal.id}/shortlist`, poster.key, {}, retry);
    const [third, fourth] = [await shortlist(), await shortlist()];
    expect([third.status, fourth.body]).toEqual([200, third.body]);
  });
});

/** An object with so many levels. */
function nested(levels: number): Record<string, unknown> {
  return levels === 1 ? {} : { a: nested(levels - 1) };
}
