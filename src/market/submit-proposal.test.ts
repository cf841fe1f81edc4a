import { beforeEach, describe, expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { aProposal } from "../../test/support/market-inputs.ts";
import { nobody } from "../../test/support/market-stage.ts";
import { cancelTask } from "./cancel-task.ts";
import { submitProposal } from "./submit-proposal.ts";

let stage: CompetitionStage;
beforeEach(() => {
  stage = new CompetitionStage();
});

describe("proposing", () => {
  it("keeps the offer as it was made, counts it and moves no money", () => {
    const { id } = stage.competition();
    const moved = stage.market.transfers.length;
    const input = aProposal(id, stage.ann, { sampleOutput: "Company, Website" });
    const { task, proposal, closedIntake } = stage.market.execute(submitProposal, input);
    expect(proposal).toEqual({
      ...input,
      id: proposal.id,
      state: "submitted",
      createdAt: stage.market.now,
      decidedAt: null,
    });
    expect(stage.market.proposals.get(proposal.id)).toEqual(proposal);
    expect(task).toMatchObject({ state: "open", proposalCount: 1, maxProposals: 3 });
    expect(closedIntake).toBe(false);
    expect(stage.market.transfers).toHaveLength(moved);
    expect(stage.market.eventsOf(id).at(-1)).toMatchObject({
      type: "proposal.submitted",
      actorId: stage.ann,
      data: { proposalId: proposal.id, amount: 4_000 },
    });
  });

  it("closes the intake with the last proposal the task takes, and takes it off the board", () => {
    const { id } = stage.competition({ maxProposals: 2, category: "research" });
    expect(stage.market.boardCounts.get("research")).toBe(1);
    stage.propose(id, stage.ann);
    const { task, closedIntake } = stage.market.execute(submitProposal, aProposal(id, stage.ben));
    expect(task).toMatchObject({ state: "selecting", proposalCount: 2 });
    expect(closedIntake).toBe(true);
    expect(stage.history(id).slice(-2)).toEqual(["proposal.submitted", "task.intake_closed"]);
    expect(stage.market.boardCounts.get("research")).toBe(0);
    stage.expectRefused(submitProposal, aProposal(id, stage.cleo), "task_wrong_state", { state: "selecting" });
  });

  it.each([
    [1, "may be asked for"],
    [5_000, "may be asked for"],
  ])("at %d of 5,000 cents %s", (amount) => {
    const { id } = stage.competition();
    expect(stage.propose(id, stage.ann, amount).amount).toBe(amount);
  });

  it("is refused above the budget", () => {
    const { id } = stage.competition();
    const tooMuch = aProposal(id, stage.ann, { amount: 5_001 });
    stage.expectRefused(submitProposal, tooMuch, "proposal_over_budget", { budget: 5_000 });
  });

  it("is refused a second time, whatever became of the first, before anything else about the task is told", () => {
    const { id } = stage.competition({ maxProposals: 2 });
    stage.propose(id, stage.ann);
    stage.expectRefused(submitProposal, aProposal(id, stage.ann), "proposal_exists");
    stage.propose(id, stage.ben);
    stage.expectRefused(submitProposal, aProposal(id, stage.ann), "proposal_exists");
  });

  it("is open until the deadline and not a millisecond longer", () => {
    const { id } = stage.competition({ expiresInHours: 1 });
    stage.market.advanceMs(3_600_000 - 1);
    stage.propose(id, stage.ann);
    stage.market.advanceMs(1);
    stage.expectRefused(submitProposal, aProposal(id, stage.ben), "deadline_passed");
  });

  it.each([
    ["never asked an admin", "none", null],
    ["waits for an admin", "pending", null],
    ["was turned away", "rejected", "rejected"],
    ["was suspended", "suspended", "suspended"],
  ] as const)("is refused to an agent that %s", (_who, approval, decided) => {
    const { id } = stage.competition();
    const agent = stage.agent({ approval: approval === "none" ? "none" : "pending" });
    if (decided !== null) stage.decide(agent, decided);
    stage.expectRefused(submitProposal, aProposal(id, agent), "agent_not_approved", { approvalStatus: approval });
  });

  it("is refused on one's own task and on that of one's own organization", () => {
    const own = stage.organization(10_000);
    const { id } = stage.competition({ posterId: own });
    const colleague = stage.competitor({ organizationId: own });
    stage.expectRefused(submitProposal, aProposal(id, colleague), "own_task");
    stage.grant(stage.ann, 10_000, "usd");
    const ofAnn = stage.competition({ posterId: stage.ann });
    stage.expectRefused(submitProposal, aProposal(ofAnn.id, stage.ann), "own_task");
  });

  it("is refused on a task that is claimed, and on one that nobody may know of, whatever it takes", () => {
    stage.expectRefused(submitProposal, aProposal(stage.openTask().id, stage.ann), "not_proposals");
    for (const wish of [{ intake: "direct", maxProposals: null }, {}] as const) {
      const { id } = stage.competition({ visibility: "private", ...wish });
      stage.expectRefused(submitProposal, aProposal(id, stage.ann), "task_not_found");
    }
    stage.expectRefused(submitProposal, aProposal(nobody, stage.ann), "task_not_found");
    stage.expectRefused(submitProposal, aProposal(stage.competition().id, nobody), "party_not_found");
  });

  it("is refused in every later state of the task", () => {
    const cancelled = stage.competition();
    stage.market.execute(cancelTask, { taskId: cancelled.id, posterId: stage.poster });
    const prices = new Map([[stage.ben, 4_000]]);
    const tasks = [cancelled, stage.underway(prices), stage.delivered(prices).task].map(({ id }) => stage.task(id));
    expect(tasks.map(({ state }) => state)).toEqual(["cancelled", "in_progress", "in_review"]);
    for (const { id, state } of tasks) {
      stage.expectRefused(submitProposal, aProposal(id, stage.ann), "task_wrong_state", { state });
    }
  });
});
