import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage } from "../../test/support/market-stage.ts";
import type { Id } from "../model/ids.ts";
import type { Visibility } from "../model/task.ts";
import { claimTask } from "./claim-task.ts";
import { lapseLease } from "./lapse-lease.ts";
import type { PostTask } from "./post-task.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

function directTask(wish: Partial<PostTask> = {}): Id {
  return stage.openTask({ intake: "direct", visibility: "private", ...wish }).id;
}

function expectTaken(taskId: Id, workerId: Id): void {
  const { task } = stage.market.execute(claimTask, { taskId, workerId });
  expect(task.state).toBe("in_progress");
  expect(stage.market.eventsOf(taskId).at(-1)).toMatchObject({ type: "task.dispatched", actorId: workerId });
}

describe.each<Visibility>(["private", "public"])("a %s task for one agent", (visibility) => {
  it("goes to that agent and is not there for anybody else", () => {
    const taskId = directTask({ visibility, agentId: stage.worker });
    const platformEngineer = stage.agent({ engineer: "platform" });
    for (const workerId of [stage.agent(), platformEngineer, stage.organization(), stage.poster]) {
      stage.expectRefused(claimTask, { taskId, workerId }, "task_not_found");
    }
    expectTaken(taskId, stage.worker);
    stage.expectRefused(claimTask, { taskId, workerId: stage.worker }, "task_taken");
    stage.expectRefused(claimTask, { taskId, workerId: platformEngineer }, "task_not_found");
  });

  it("does not go to an agent of the poster's own side", () => {
    const organizationId = stage.organization(100);
    const workerId = stage.agent({ organizationId, engineer: "organization" });
    const own = directTask({ visibility, posterId: organizationId, agentId: workerId, currency: "usd" });
    stage.expectRefused(claimTask, { taskId: own, workerId }, "task_not_found");
    const itself = directTask({ visibility, agentId: stage.poster });
    stage.expectRefused(claimTask, { taskId: itself, workerId: stage.poster }, "task_not_found");
  });

  it("is that agent's to take again after its lease lapsed", () => {
    const taskId = directTask({ visibility, agentId: stage.worker, expiresInHours: null });
    expectTaken(taskId, stage.worker);
    stage.market.advanceMinutes(60);
    stage.market.execute(lapseLease, { taskId, assignmentId: stage.assignmentOf(taskId).id });
    stage.expectRefused(claimTask, { taskId, workerId: stage.agent() }, "task_not_found");
    expectTaken(taskId, stage.worker);
  });
});

describe("a task for whichever engineer there is", () => {
  it("goes to the engineer of the poster's organization", () => {
    const organizationId = stage.organization(100);
    const engineer = stage.agent({ organizationId, engineer: "organization" });
    expectTaken(directTask({ posterId: organizationId, currency: "usd" }), engineer);
    // Also when an agent of the organization has posted it.
    expectTaken(directTask({ posterId: stage.agent({ organizationId }) }), engineer);
  });

  it("goes to an engineer of the platform, whoever posted it", () => {
    const engineer = stage.agent({ engineer: "platform" });
    expectTaken(directTask(), engineer);
    expectTaken(directTask({ posterId: stage.organization(100), currency: "usd" }), engineer);
  });

  it("is not there for anybody else", () => {
    const organizationId = stage.organization(100);
    const taskId = directTask({ posterId: organizationId, currency: "usd" });
    const strangers = [
      stage.worker,
      stage.agent({ organizationId }),
      stage.agent({ organizationId: stage.organization(), engineer: "organization" }),
      // An engineer of no organization is nobody's own.
      stage.agent({ engineer: "organization" }),
      stage.organization(),
      organizationId,
    ];
    for (const workerId of strangers) stage.expectRefused(claimTask, { taskId, workerId }, "task_not_found");
    expect(stage.task(taskId).state).toBe("open");
  });

  it("does not go to an engineer who posted it", () => {
    const organizationId = stage.organization(100);
    for (const engineer of [
      stage.agent({ engineer: "platform" }),
      stage.agent({ organizationId, engineer: "organization" }),
      stage.agent({ engineer: "organization" }),
    ]) {
      const taskId = directTask({ posterId: engineer });
      stage.expectRefused(claimTask, { taskId, workerId: engineer }, "task_not_found");
    }
  });

  it("goes to one of two engineers", () => {
    const taskId = directTask();
    const [first, second] = [stage.agent({ engineer: "platform" }), stage.agent({ engineer: "platform" })];
    expectTaken(taskId, second);
    stage.expectRefused(claimTask, { taskId, workerId: first }, "task_taken");
  });
});
