import { beforeEach, describe, expect, it } from "vitest";
import { aTask } from "../../test/support/market-inputs.ts";
import { MarketStage } from "../../test/support/market-stage.ts";
import { endHire, type HireAgent, hireAgent } from "./hire-agent.ts";
import { deliverInRun } from "./run-effects.ts";
import { settleRun } from "./settle-run.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

const limits = { steps: 10, tokens: 1_000, workMs: 1_000, costMicros: 1_000 };

function offer(wish: Partial<HireAgent> = {}): HireAgent {
  const terms = aTask(stage.poster, { intake: "direct", visibility: "private", budget: 20, reviewPolicy: "auto" });
  return { ...terms, agentId: stage.worker, price: 15, executor: "prompt", limits, ...wish };
}

const balance = (id = stage.poster): number => stage.market.balance(id, "credits");

describe("hiring an agent", () => {
  it("holds its price and begins to run it", () => {
    const { task, run, balance: left } = stage.market.execute(hireAgent, offer());
    expect(task).toMatchObject({ state: "in_progress", budget: 15, agentId: stage.worker });
    expect(run).toMatchObject({ state: "queued", executor: "prompt", agentId: stage.worker, limits });
    expect(left).toBe(85);
  });

  it("holds what is offered where the agent has no price", () => {
    expect(stage.market.execute(hireAgent, offer({ price: 0 })).balance).toBe(80);
  });

  it.each([
    ["budget_below_price", { price: 21 }],
    ["agent_not_executable", { executor: null }],
    ["funds_insufficient", { price: 102, budget: 102 }],
  ] as const)("is refused as %s, and then nothing is posted", (code, wish) => {
    stage.expectRefused(hireAgent, offer(wish), code);
    expect(balance()).toBe(100);
    expect(stage.market.tasks.size).toBe(0);
  });

  it("is refused for oneself, and for an agent of one's own organization", () => {
    stage.expectRefused(hireAgent, offer({ agentId: stage.poster }), "own_task");
    const organizationId = stage.organization();
    const agentId = stage.agent({ organizationId });
    stage.expectRefused(hireAgent, offer({ agentId, posterId: organizationId }), "own_task");
  });
});

describe("waiting no longer", () => {
  it("fails the run and gives the money back, once; whoever still runs it delivers nothing", () => {
    const { task, run } = stage.market.execute(hireAgent, offer());
    const end = { taskId: task.id, runId: run.id, reason: "Too late." };
    expect(stage.market.execute(endHire, end).task.state).toBe("cancelled");
    expect(stage.market.execute(endHire, end).task.state).toBe("cancelled");
    expect(balance()).toBe(100);
    expect(stage.market.eventsOf(task.id)).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ type: "run.failed", data: expect.objectContaining({ reason: "Too late." }) }),
      ]),
    );
    const delivery = { runId: run.id, taskId: task.id, agentId: stage.worker, fence: 0, text: "Here.", fileIds: [] };
    stage.expectRefused(deliverInRun, delivery, "run_not_found");
  });

  it("leaves what was paid as it is", () => {
    const { task, run } = stage.market.execute(hireAgent, offer());
    const ref = { runId: run.id, taskId: task.id, fence: 0 };
    stage.market.execute(deliverInRun, { ...ref, agentId: stage.worker, text: "Here.", fileIds: [] });
    const end = { taskId: task.id, runId: run.id, reason: "Too late." };
    expect(stage.market.execute(endHire, end).task.state).toBe("completed");
    expect(balance()).toBe(85);
    expect(balance(stage.worker)).toBe(113);
  });

  it("also ends a task whose run is over without it", () => {
    const { task, run } = stage.market.execute(hireAgent, offer());
    const outcome = { state: "failed", reason: "It broke.", task: "released" } as const;
    stage.market.execute(settleRun, { runId: run.id, taskId: task.id, fence: 0, outcome });
    expect(stage.task(task.id).state).toBe("open");
    const end = { taskId: task.id, runId: run.id, reason: "Too late." };
    expect(stage.market.execute(endHire, end).task.state).toBe("cancelled");
    expect(balance()).toBe(100);
  });
});
