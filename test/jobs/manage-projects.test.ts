import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerInvitation } from "../../src/market/answer-invitation.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { requestRevision } from "../../src/market/request-revision.ts";
import type { Id } from "../../src/model/ids.ts";
import { pauseAgent } from "../../src/store/agent-profiles.ts";
import { aPart, poorWork, TeamStage } from "../support/team-stage.ts";

describe("the manager of projects", () => {
  let team: TeamStage;
  beforeEach(async () => {
    team = await TeamStage.open();
  });
  afterEach(() => team.close());

  async function memberOf(subtaskId: Id): Promise<Id> {
    return (await team.look(subtaskId)).memberId ?? expect.fail("Nobody has it.");
  }

  async function deliverAndManage(subtaskId: Id): Promise<void> {
    await team.deliver(subtaskId, await memberOf(subtaskId), undefined, `The output of ${subtaskId}.`);
    await team.manage();
  }

  async function contents(threadId: Id): Promise<string[]> {
    return (await team.thread(threadId)).map(({ content }) => content);
  }

  async function invitedTo(subtaskId: Id): Promise<{ id: Id; agentId: Id } | undefined> {
    const text = `select id, agent_id as "agentId" from invitations where task_id = $1 and state = 'invited'`;
    return (await team.stage.database.reads.query(text, [subtaskId])).rows[0];
  }

  it("leads a team through a diamond with a revision, a blocker, a silence and a drop-out, to the cent", async () => {
    for (let count = 0; count < 5; count++) await team.agent();
    const { id, parts } = await team.project([
      aPart("a"),
      aPart("b", ["a"]),
      aPart("c", ["a"]),
      aPart("d", ["b", "c"]),
    ]);
    const { a = "", b = "", c = "", d = "" } = parts;
    await team.manage();
    expect(await team.states([a, b, c, d])).toEqual(["assigned", "pending", "pending", "pending"]);

    const author = await memberOf(a);
    await team.deliver(a, author, poorWork);
    await team.manage();
    expect(await team.states([a])).toEqual(["revision"]);
    expect((await contents(a)).at(-1)).toContain("Row 3 has 4 columns instead of 5.");
    await deliverAndManage(a);
    expect(await team.states([a, b, c, d])).toEqual(["completed", "assigned", "assigned", "pending"]);

    await team.say(id, b, await memberOf(b), "Blocked: may I quote last year's figures of the rivals?");
    await team.manage();
    expect((await contents(b)).at(-1)).toContain("I have asked the buyer");
    expect((await contents(id)).at(-1)).toContain(`"Blocked: may I quote last year's figures of the rivals?"`);

    // One member says nothing for an hour and a half; the other waits for the buyer all the while and is left alone.
    const silent = await memberOf(c);
    for (let looks = 0; looks < 3; looks++) {
      team.stage.clock.advanceMinutes(31);
      await team.manage();
    }
    const nudges = (await team.thread(c)).filter(({ messageType }) => messageType === "nudge");
    expect(nudges).toHaveLength(2);
    expect((await team.thread(b)).map(({ messageType }) => messageType)).not.toContain("nudge");
    expect(await memberOf(c)).not.toBe(silent);
    expect((await contents(c)).at(-1)).toContain("This subtask has a new member");

    await team.buyerSays(id, b, "Yes, with their year.");
    for (const subtask of [b, c, d]) await deliverAndManage(subtask);
    const summaries = (await team.thread(id)).filter(({ messageType }) => messageType === "summary");
    expect(summaries.map(({ content }) => content.slice(0, 5))).toEqual(["25 % ", "50 % ", "75 % ", "100 %"]);

    const { rows } = await team.stage.database.reads.query("select text from submissions where task_id = $1", [id]);
    for (const subtask of [a, b, c, d]) expect(rows[0].text).toContain(`The output of ${subtask}.`);
    await team.stage.engine.execute(approveSubmission, { taskId: id, reviewerId: team.buyer });
    expect(await team.usd(team.buyer)).toBe(10_000_000 - 4_000);
    expect(await team.usd(silent)).toBe(0);
    await team.stage.expectLedgerToBalance();
    expect(await team.manage()).toBe(0);
  });

  it("makes the plan that it is asked for from the brief, keeps a tenth for rework, and begins", async () => {
    await team.agent();
    const description = "We need:\n1. A list of rivals\n2. Prices of each\n3. A chart, based on item 2";
    const { id } = await team.project(null, { description });
    await team.manage();
    const parts = await team.parts(id);
    expect(parts.map(({ title, waitingFor }) => [title, waitingFor])).toEqual([
      ["A list of rivals", 0],
      ["Prices of each", 0],
      ["A chart, based on item 2", 1],
      ["Assemble and check", 3],
    ]);
    expect(parts.reduce((sum, { budget }) => sum + budget, 0)).toBe(9_000);
    expect((await team.look(parts[0]?.id ?? "")).state).toBe("assigned");
  });

  it("asks the next agent when one declines or does not answer, and the buyer when nobody is left", async () => {
    const [first, second] = [await team.agent({ autoAccept: false }), await team.agent({ autoAccept: false })];
    const { id, parts } = await team.project([aPart("a")]);
    const { a = "" } = parts;
    await team.manage();
    const asked: Id[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const invitation = (await invitedTo(a)) ?? expect.fail("Nobody is asked.");
      asked.push(invitation.agentId);
      if (turn % 2 === 0) {
        const answer = { subtaskId: a, invitationId: invitation.id, agentId: invitation.agentId, accepts: false };
        await team.stage.engine.execute(answerInvitation, answer);
      } else team.stage.clock.advanceMinutes(16);
      await team.manage();
    }
    // Each once; then, with nobody else left, each once more.
    expect(asked.slice(0, 2).sort()).toEqual([first, second].sort());
    expect(asked.slice(2).sort()).toEqual([first, second].sort());
    expect(await invitedTo(a)).toBeUndefined();
    team.stage.clock.advanceMinutes(16);
    await team.manage();
    expect(await contents(id)).toEqual([expect.stringContaining('Nobody is left to ask for "a"')]);

    const third = await team.agent();
    team.stage.clock.advanceMinutes(16);
    await team.manage();
    expect(await memberOf(a)).toBe(third);
  });

  it("invites only approved agents that are opted in, fit and are not of the buyer's side", async () => {
    await team.agent({ taskForce: false, capabilities: ["maths"] });
    await team.agent({ capabilities: ["coding"] });
    const suspended = await team.agent({ capabilities: ["maths"] });
    await team.approve(suspended, "suspended");
    const { id, parts } = await team.project([aPart("a", [], { requiredCapabilities: ["maths"] })]);
    await team.manage();
    expect((await team.look(parts.a ?? "")).state).toBe("ready");
    expect(await contents(id)).toHaveLength(1);
  });

  it("spreads the work: nobody gets a second subtask while an equal has none", async () => {
    const agents = [await team.agent(), await team.agent(), await team.agent()];
    const { parts } = await team.project([aPart("a"), aPart("b"), aPart("c")]);
    await team.manage();
    const members = await Promise.all(Object.values(parts).map(memberOf));
    expect(members.sort()).toEqual(agents.sort());
  });

  it("takes a waiting subtask from an agent that may no longer work", async () => {
    const first = await team.agent();
    const { parts } = await team.project([aPart("a"), aPart("b", ["a"], { requiredCapabilities: [] })]);
    const { a = "", b = "" } = parts;
    await team.manage();
    const second = await team.agent();
    await team.deliver(a, first);
    await team.approve(first, "suspended");
    await team.manage();
    expect(await memberOf(b)).toBe(second);
  });

  it("asks no paused agent, and takes a subtask that has become ready from one that waits for it", async () => {
    const first = await team.agent();
    const { parts } = await team.project([aPart("a"), aPart("b", ["a"])]);
    const { a = "", b = "" } = parts;
    await team.manage();
    const [second, third] = [await team.agent(), await team.agent()];
    for (const id of [first, second]) await pauseAgent(team.stage.database.reads, id, team.stage.clock.now());
    await team.deliver(a, first);
    await team.manage();
    expect(await memberOf(b)).toBe(third);
  });

  it("sums up when the buyer asks, once", async () => {
    await team.agent();
    const { id } = await team.project([aPart("a"), aPart("b", ["a"])]);
    await team.buyerSays(id, null, "Could I have a status, please?");
    await team.manage();
    await team.manage();
    expect(await team.thread(id)).toEqual([
      expect.objectContaining({ senderType: "buyer" }),
      expect.objectContaining({ messageType: "summary", content: expect.stringContaining("0 of 2 subtasks") }),
    ]);
  });

  it("answers a blocker from the brief where it can, and asks the buyer when that does not help", async () => {
    await team.agent();
    const part = aPart("a", [], { description: "Collect prices.\nPrices are converted to euros at today's rate." });
    const { id, parts } = await team.project([part]);
    const { a = "" } = parts;
    await team.manage();
    await team.say(id, a, await memberOf(a), "Which rate are prices converted at?");
    await team.manage();
    expect((await contents(a)).at(-1)).toContain(`says: "Prices are converted to euros at today's rate."`);
    expect(await team.thread(id)).toEqual([]);
    await team.say(id, a, await memberOf(a), "That does not tell me which rate prices are converted at. Which one?");
    await team.manage();
    expect((await contents(a)).at(-1)).toContain("I have asked the buyer");
    await team.say(id, a, await memberOf(a), "And in which order?");
    await team.manage();
    // The buyer was asked; until it writes here nothing more is said.
    expect((await contents(a)).at(-1)).toBe("And in which order?");
  });

  it("tells who works on what follows when an output is newer than what was handed over", async () => {
    await team.agent();
    const { id, parts } = await team.project([aPart("a"), aPart("b", ["a"])]);
    const { a = "", b = "" } = parts;
    await team.manage();
    await deliverAndManage(a);
    expect(await contents(b)).toEqual([]);
    // No command lets a member change what was accepted; what the manager reads is all that matters here.
    const { reads } = team.stage.database;
    await reads.query(
      `with newer as (
         insert into submissions (id, assignment_id, task_id, worker_id, text, created_at)
         select gen_random_uuid(), assignment_id, task_id, worker_id, 'Corrected.', created_at + interval '1 minute'
         from submissions where task_id = $2)
       insert into task_events (task_id, number, type, data, at)
       select id, event_count + 1, 'subtask.delivered', json_build_object('subtaskId', $2::uuid), now() from tasks where id = $1`,
      [id, a],
    );
    await reads.query("update tasks set event_count = event_count + 1, manager_due_at = created_at where id = $1", [
      id,
    ]);
    await team.manage();
    expect(await contents(b)).toEqual([expect.stringContaining('"a", which you build on, has changed')]);
  });

  it("adds paid rework when the buyer wants the whole changed, and hands it in again", async () => {
    await team.agent();
    const { id, parts } = await team.project([aPart("a")]);
    await team.manage();
    await deliverAndManage(parts.a ?? "");
    await team.stage.engine.execute(requestRevision, { taskId: id, posterId: team.buyer, reason: "Shorter, please." });
    await team.manage();
    const rework = (await team.parts(id)).at(-1) ?? expect.fail("There is no rework.");
    // 90 dollars are left, for up to three revisions.
    expect(rework).toMatchObject({ title: "Revision 1", budget: 3_000 });
    await deliverAndManage(rework.id);
    const { rows } = await team.stage.database.reads.query("select state from tasks where id = $1", [id]);
    expect(rows[0].state).toBe("in_review");
    await team.stage.engine.execute(approveSubmission, { taskId: id, reviewerId: team.buyer });
    await team.stage.expectLedgerToBalance();
  });

  it("says that no money is left for rework, and hands in what there is again when the time for it is over", async () => {
    await team.agent();
    const { id, parts } = await team.project([aPart("a", [], { budget: 10_000 })]);
    await team.manage();
    await deliverAndManage(parts.a ?? "");
    await team.stage.engine.execute(requestRevision, { taskId: id, posterId: team.buyer, reason: "Shorter, please." });
    await team.manage();
    expect((await contents(id)).at(-1)).toContain("No money is left");
    team.stage.clock.advanceMinutes(72 * 60 + 1);
    await team.manage();
    const { rows } = await team.stage.database.reads.query("select state from tasks where id = $1", [id]);
    expect(rows[0].state).toBe("in_review");
  });

  it("passes a delivery on to the buyer when revisions are used up, or the checks could not judge it", async () => {
    await team.agent();
    const { id, parts } = await team.project([aPart("a"), aPart("b")], { maxRevisions: 1 });
    const { a = "", b = "" } = parts;
    await team.manage();
    for (let delivery = 0; delivery < 2; delivery++) {
      await team.deliver(a, await memberOf(a), poorWork);
      await team.manage();
    }
    await team.deliver(b, await memberOf(b), []);
    await team.manage();
    expect(await team.states([a, b])).toEqual(["in_review", "in_review"]);
    expect(await contents(id)).toEqual([
      expect.stringContaining('delivery of "a" yourself: it is not what was asked for after 1 revision'),
      expect.stringContaining('delivery of "b" yourself: the platform\'s checks could not judge it'),
    ]);
  });

  it("reminds first when it comes back after hours, and drops nobody who could not know", async () => {
    await team.agent();
    const { parts } = await team.project([aPart("a")]);
    await team.manage();
    const { a = "" } = parts;
    const member = await memberOf(a);
    team.stage.clock.advanceMinutes(600);
    await team.manage();
    expect(await memberOf(a)).toBe(member);
    expect((await team.thread(a)).map(({ messageType }) => messageType)).toEqual(["nudge"]);
  });
});
