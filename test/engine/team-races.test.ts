import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import { manageProjects } from "../../src/jobs/manage-projects.ts";
import { answerInvitation } from "../../src/market/answer-invitation.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { cancelProject } from "../../src/market/cancel-project.ts";
import { changePlan } from "../../src/market/change-plan.ts";
import { inviteMember } from "../../src/market/invite-member.ts";
import { lapseInvitation } from "../../src/market/lapse-invitation.ts";
import { noChange, type PlanChange } from "../../src/market/plan.ts";
import { reassignSubtask } from "../../src/market/reassign-subtask.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import type { Id } from "../../src/model/ids.ts";
import { apart, rounds, said, tally } from "../support/races.ts";
import { aPart, TeamStage } from "../support/team-stage.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** Two nodes on one database; the second one's clock can be ahead. */
let team: TeamStage;
let near: Engine;
let far: Engine;
let ada: Id;
let bob: Id;
const farClock = new VirtualClock();

beforeAll(async () => {
  team = await TeamStage.open();
  near = team.stage.engine;
  far = team.stage.anotherEngine({ pool: team.stage.anotherDatabase().market, clock: farClock.now });
  [ada, bob] = [await team.agent(), await team.agent()];
});
afterAll(async () => {
  await team.stage.expectLedgerToBalance();
  const { deadlocks } = await one<{ deadlocks: number }>(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  expect([deadlocks, team.stage.faults]).toEqual([0, []]);
  await far.close();
  await team.close();
});

async function one<Row>(text: string, ...values: unknown[]): Promise<Row> {
  return (await team.stage.database.reads.query(text, values)).rows[0];
}

async function stateOf(id: Id): Promise<string> {
  return (await one<{ state: string }>("select state from tasks where id = $1", id)).state;
}

/** Gives a subtask to an agent that takes everything; returns what the engine said. */
function give(subtaskId: Id, agentId: Id, engine: Engine = near, autoAccepts = true) {
  const invitation = { subtaskId, agentId, buyerId: team.buyer, expiresInMinutes: 15, autoAccepts };
  return engine.execute(inviteMember, invitation);
}

function change(projectId: Id, wish: Partial<PlanChange>, engine: Engine) {
  return engine.execute(changePlan, { projectId, buyerId: team.buyer, change: { ...noChange, ...wish } });
}

/**
 * A running project whose first subtask was handed in, and whose second waits for it. The second has the smallest id of
 * the three: as when it was added by a node whose clock is behind.
 */
async function delivered() {
  const { id, parts } = await team.project([aPart("a")], {}, far);
  const { a = "" } = parts;
  const { added } = await change(id, { add: [aPart("b", [a])] }, near);
  const { b = "" } = added;
  expect([b, id, a].sort()).toEqual([b, id, a]);
  await give(a, ada);
  await near.execute(submitWork, { taskId: a, workerId: ada, text: "Here." });
  return { id, a, b };
}

/** Money that left the buyer and came back, and what was paid to whom, in cents. */
async function moneyOf(projectId: Id) {
  return one<{ spent: number; paid: number; payments: number }>(
    `select coalesce(sum(case $2 when x.debit then x.amount when x.credit then -x.amount else 0 end), 0)::bigint as spent,
      coalesce(sum(x.amount) filter (where x.kind = 'payment'), 0)::bigint as paid,
      count(*) filter (where x.kind = 'payment') as payments
    from transfers x join tasks t on t.id = x.task_id where coalesce(t.parent_id, t.id) = $1`,
    projectId,
    `party:${team.buyer}:usd`,
  );
}

describe("two who decide about the same project at the same moment, through two nodes", () => {
  it("cancel and accept: the member is paid and the rest returns, or all of it does, to the cent", async () => {
    const outcomes = new Set<string>();
    for (const turn of rounds) {
      const { id, a } = await delivered();
      const accept = { taskId: a, reviewerId: null, byManager: true };
      const [cancelled, accepted] = await Promise.all([
        apart(turn % 4, () => said(near.execute(cancelProject, { projectId: id, buyerId: team.buyer }))),
        apart(3 - (turn % 4), () => said(far.execute(approveSubmission, accept))),
      ]);
      expect(cancelled).toBe("done");
      expect(["done", "task_wrong_state"]).toContain(accepted);
      const isPaid = accepted === "done";
      const money = isPaid ? { spent: 1_000, paid: 900, payments: 1 } : { spent: 0, paid: 0, payments: 0 };
      expect([await stateOf(id), await stateOf(a)]).toEqual(["cancelled", isPaid ? "completed" : "cancelled"]);
      expect(await moneyOf(id)).toEqual(money);
      outcomes.add(accepted);
    }
    expect(outcomes.size, "one of them always came first: there was no race").toBe(2);
  });

  it("accept a delivery as the buyer and as the manager: it is paid once, and what waited is ready once", async () => {
    for (const _ of rounds) {
      const { id, a, b } = await delivered();
      const endings = await Promise.all([
        said(near.execute(approveSubmission, { taskId: a, reviewerId: team.buyer })),
        said(far.execute(approveSubmission, { taskId: a, reviewerId: null, byManager: true })),
      ]);
      expect(endings.sort()).toEqual(["done", "task_wrong_state"]);
      expect((await moneyOf(id)).payments).toBe(1);
      const ready = "select count(*) as times from task_events where task_id = $1 and type = 'subtask.ready'";
      expect(await one(ready, b)).toEqual({ times: 1 });
      expect(await team.look(b)).toEqual({ state: "ready", memberId: null });
    }
  });

  it("change what waits for a delivery while it is accepted: both hold, and nothing waits for what is done", async () => {
    for (const turn of rounds) {
      const { id, a, b } = await delivered();
      const into = [aPart("b1", [], { budget: 300 }), aPart("b2", [], { budget: 400 })];
      const wish = [
        { split: [{ id: b, into }], add: [aPart("e", [a])] },
        { rewire: [{ id: b, dependsOn: [] }], add: [aPart("e", [a, b])] },
      ][turn % 2];
      const [changed, accepted] = await Promise.all([
        apart(turn % 4, () => said(change(id, wish ?? {}, near))),
        apart(3 - (turn % 4), () => said(far.execute(approveSubmission, { taskId: a, reviewerId: team.buyer }))),
      ]);
      expect([changed, accepted]).toEqual(["done", "done"]);
      const open = (await team.parts(id)).filter(({ id: part, title }) => part !== a && title !== "b");
      expect(open.map(({ title, waitingFor }) => [title, waitingFor]).sort()).toEqual(
        turn % 2 === 0
          ? [
              ["b1", 0],
              ["b2", 0],
              ["e", 0],
            ]
          : [["e", 1]],
      );
    }
  });

  it("drop a subtask and give it to an agent: it is gone or begun, never both", async () => {
    const outcomes = new Set<string>();
    for (const turn of rounds) {
      const { id, parts } = await team.project([aPart("a"), aPart("b")]);
      const { a = "" } = parts;
      const [dropped, given] = await Promise.all([
        apart(turn % 4, () => said(change(id, { drop: [a] }, near))),
        apart(3 - (turn % 4), () => said(give(a, ada, far))),
      ]);
      const isDropped = dropped === "done";
      expect([dropped, given]).toEqual(isDropped ? ["done", "subtask_wrong_state"] : ["subtask_wrong_state", "done"]);
      expect(await stateOf(a)).toBe(isDropped ? "cancelled" : "in_progress");
      await near.execute(cancelProject, { projectId: id, buyerId: team.buyer });
      expect(await moneyOf(id)).toEqual({ spent: 0, paid: 0, payments: 0 });
      outcomes.add(dropped);
    }
    expect(outcomes.size, "one of them always came first: there was no race").toBe(2);
  });

  it("hand in and be replaced: the delivery is reviewed, or the subtask goes to another", async () => {
    const outcomes = new Set<string>();
    for (const turn of rounds) {
      const { parts } = await team.project([aPart("a")]);
      const { a = "" } = parts;
      await give(a, ada);
      const [submitted, replaced] = await Promise.all([
        apart(turn % 4, () => said(near.execute(submitWork, { taskId: a, workerId: ada, text: "Here." }))),
        apart(3 - (turn % 4), () =>
          said(far.execute(reassignSubtask, { subtaskId: a, buyerId: team.buyer, reason: "Slow." })),
        ),
      ]);
      const isIn = submitted === "done";
      expect([submitted, replaced]).toEqual(isIn ? ["done", "subtask_wrong_state"] : ["lease_lost", "done"]);
      expect(await stateOf(a)).toBe(isIn ? "in_review" : "open");
      outcomes.add(submitted);
    }
    expect(outcomes.size, "one of them always came first: there was no race").toBe(2);
  });

  it("take an invitation and see it time out: the agent has the subtask or the next is asked, never both", async () => {
    const invited: { id: Id; invitationId: Id }[] = [];
    for (const _ of rounds) {
      const { parts } = await team.project([aPart("a")]);
      const { a = "" } = parts;
      invited.push({ id: a, invitationId: (await give(a, ada, near, false)).invitation.id });
    }
    farClock.advanceMinutes(15);
    const outcomes = new Set<string>();
    for (const [turn, { id: subtaskId, invitationId }] of invited.entries()) {
      const [taken, lapsed] = await Promise.all([
        apart(turn % 4, () =>
          said(near.execute(answerInvitation, { subtaskId, invitationId, agentId: ada, accepts: true })),
        ),
        apart(3 - (turn % 4), () => said(far.execute(lapseInvitation, { subtaskId, invitationId }))),
      ]);
      expect([taken, lapsed].sort()).toEqual(["done", "invitation_decided"]);
      const isTaken = taken === "done";
      expect(await team.look(subtaskId)).toEqual({
        state: isTaken ? "assigned" : "ready",
        memberId: isTaken ? ada : null,
      });
      const next = await said(give(subtaskId, bob));
      expect(next).toBe(isTaken ? "subtask_wrong_state" : "done");
      outcomes.add(taken);
    }
    expect(outcomes.size, "one of them always came first: there was no race").toBe(2);
  });

  it("manage, change the plan, deliver and accept all at once: it ends, each part is paid once, the rest returns", async () => {
    const layers = [0, 1, 2, 3].map((layer) => [0, 1, 2].map((place) => `${layer}${place}`));
    const plan = layers.flatMap((keys, layer) =>
      keys.map((key) => aPart(key, layers[layer - 1] ?? [], { budget: 500 })),
    );
    const { id } = await team.project(plan);
    const [told, changes]: [string[], string[]] = [[], []];
    let isOver = false;
    const manage = async (engine: Engine): Promise<void> => {
      while (!isOver) await manageProjects(team.context(engine));
    };
    const members = async (engine: Engine): Promise<void> => {
      while (!isOver) {
        for (const { task, worker } of await assigned(id)) {
          told.push(await said(engine.execute(submitWork, { taskId: task, workerId: worker, text: "Here." })));
          told.push(await said(engine.execute(approveSubmission, { taskId: task, reviewerId: team.buyer })));
        }
        isOver = (await stateOf(id)) === "in_review";
      }
    };
    const replan = async (): Promise<void> => {
      for (let step = 0; step < 12 && !isOver; step++) {
        const open = (await team.parts(id)).filter(({ waitingFor }) => waitingFor > 0);
        const { id: last } = open.at(-1) ?? {};
        if (last === undefined) return;
        const wish = [
          { add: [aPart(`extra ${step}`, [last], { budget: 100 })] },
          { add: [aPart(`more ${step}`, [last], { budget: 150 })] },
          { edit: [{ id: last, budget: 175 }] },
          { drop: [last] },
        ][step % 4];
        changes.push(await said(change(id, wish ?? {}, step % 2 === 0 ? near : far)));
      }
    };
    await Promise.all([manage(near), manage(far), members(near), members(far), replan()]);
    expect(tally(changes).done).toBeGreaterThan(2);
    await near.execute(approveSubmission, { taskId: id, reviewerId: team.buyer });
    const parts = await one<{ count: number; budgets: number }>(
      "select count(*) as count, sum(budget)::bigint as budgets from tasks where parent_id = $1 and state = 'completed'",
      id,
    );
    expect(parts.count).toBeGreaterThan(plan.length);
    expect(tally(told).done).toBe(2 * parts.count);
    expect(await moneyOf(id)).toEqual({ spent: parts.budgets, paid: parts.budgets * 0.9, payments: parts.count });
    const twice = `select count(*) as count from assignments a join tasks t on t.id = a.task_id
      where t.parent_id = $1 group by t.id having count(*) > 1`;
    expect(await one(twice, id)).toBeUndefined();
  });
});

async function assigned(projectId: Id): Promise<{ task: Id; worker: Id }[]> {
  const { rows } = await team.stage.database.reads.query(
    `select t.id as task, a.worker_id as worker from tasks t join assignments a on a.task_id = t.id
      where t.parent_id = $1 and t.state = 'in_progress' and a.state = 'active'`,
    [projectId],
  );
  return rows;
}
