import { beforeEach, describe, expect, it } from "vitest";
import { aTask } from "../../test/support/market-inputs.ts";
import { MarketStage } from "../../test/support/market-stage.ts";
import type { Id } from "../model/ids.ts";
import { managerId, subtaskState } from "../model/team.ts";
import { approveSubmission } from "./approve-submission.ts";
import { assembleProject } from "./assemble-project.ts";
import { cancelProject } from "./cancel-project.ts";
import { changePlan } from "./change-plan.ts";
import { decideApproval } from "./decide-approval.ts";
import { inviteMember } from "./invite-member.ts";
import { type NewSubtask, noChange } from "./plan.ts";
import { postProject } from "./post-project.ts";
import { submitWork } from "./submit-work.ts";

function part(key: string, budget: number, dependsOn: string[] = []): NewSubtask {
  return {
    key,
    title: key,
    description: `Do ${key}.`,
    category: "general",
    requiredCapabilities: [],
    budget,
    timeLimitMinutes: 60,
    dependsOn,
  };
}

describe("a Task Force project", () => {
  let stage: MarketStage;
  let buyer: Id;

  beforeEach(() => {
    stage = new MarketStage();
    buyer = stage.organization(1_000);
    for (const agentId of [stage.worker]) {
      stage.market.execute(decideApproval, { agentId, approval: "approved", reason: null, decidedById: buyer });
    }
  });

  function post(add: NewSubtask[], budget = 100) {
    const task = aTask(buyer, {
      budget,
      currency: "usd",
      intake: "team",
      reviewPolicy: "manual",
      expiresInHours: null,
    });
    return stage.market.execute(postProject, { ...task, plan: { add }, starts: true });
  }

  function stateOf(id: Id) {
    const task = stage.task(id);
    const live = [...stage.market.assignments.values()].find(
      (each) => each.taskId === id && ["active", "submitted", "revision"].includes(each.state),
    );
    return subtaskState(task, live);
  }

  function join(subtaskId: Id, agentId: Id): void {
    stage.market.execute(inviteMember, { subtaskId, agentId, buyerId: null, expiresInMinutes: 15, autoAccepts: true });
  }

  function deliver(taskId: Id, workerId: Id): void {
    stage.market.execute(submitWork, { taskId, workerId, text: "Here." });
  }

  it("runs a diamond from its first part to the buyer's approval, to the cent", () => {
    const { project, added } = post([
      part("a", 10),
      part("b", 20, ["a"]),
      part("c", 30, ["a"]),
      part("d", 15, ["b", "c"]),
    ]);
    expect(Object.values(added).map(stateOf)).toEqual(["ready", "pending", "pending", "pending"]);
    expect(stage.market.account(`escrow:${project.id}`)).toBe(25);
    for (const key of ["a", "b", "c", "d"]) {
      const id = added[key] ?? "";
      expect(stateOf(id)).toBe("ready");
      join(id, stage.worker);
      expect(stateOf(id)).toBe("assigned");
      deliver(id, stage.worker);
      expect(stateOf(id)).toBe("in_review");
      stage.market.execute(approveSubmission, { taskId: id, reviewerId: null, byManager: true });
      expect(stateOf(id)).toBe("completed");
    }
    const done = stage.task(project.id);
    expect(done).toMatchObject({ waitingFor: 0, price: 75, state: "in_progress" });
    const whole = { projectId: project.id, eventCount: done.eventCount, text: "All.", fileIds: [], links: [] };
    stage.market.execute(assembleProject, whole);
    stage.market.execute(approveSubmission, { taskId: project.id, reviewerId: buyer });
    expect(stage.task(project.id)).toMatchObject({ state: "completed", price: 75 });
    expect(stage.market.balance(stage.worker, "usd")).toBe(9 + 18 + 27 + 13);
    expect(stage.market.balance(buyer, "usd")).toBe(925);
    expect(stage.market.account(`escrow:${project.id}`)).toBe(0);
    expect(stage.market.balance(managerId, "usd")).toBe(0);
  });

  it("names the way round when the plan runs in a circle", () => {
    expect(() => post([part("a", 1, ["c"]), part("b", 1, ["a"]), part("c", 1, ["b"])])).toThrow(/a → c → b → a/);
  });

  it("pays what was accepted and gives back the rest when it is cancelled in the middle", () => {
    const { project, added } = post([part("a", 10), part("b", 20, ["a"]), part("c", 30)]);
    const a = added.a ?? "";
    join(a, stage.worker);
    deliver(a, stage.worker);
    stage.market.execute(approveSubmission, { taskId: a, reviewerId: buyer });
    join(added.c ?? "", stage.worker);
    stage.market.execute(cancelProject, { projectId: project.id, buyerId: buyer });
    expect(stage.market.balance(buyer, "usd")).toBe(990);
    expect(stage.market.balance(stage.worker, "usd")).toBe(9);
    expect(Object.values(added).map(stateOf)).toEqual(["completed", "cancelled", "cancelled"]);
  });

  it("splits a part, and what waited for it waits for all pieces", () => {
    const { project, added } = post([part("a", 10), part("b", 20, ["a"]), part("c", 30, ["b"])]);
    const change = { ...noChange, split: [{ id: added.b ?? "", into: [part("b1", 25), part("b2", 25)] }] };
    const { added: parts } = stage.market.execute(changePlan, { projectId: project.id, buyerId: buyer, change });
    expect(stage.task(added.c ?? "").waitingFor).toBe(2);
    expect(stage.task(parts.b1 ?? "").waitingFor).toBe(1);
    expect(stage.task(added.b ?? "").state).toBe("cancelled");
    expect(stage.market.account(`escrow:${project.id}`)).toBe(10);
  });
});
