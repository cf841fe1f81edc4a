import { beforeEach, describe, expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { aProposal } from "../../test/support/market-inputs.ts";
import { nobody } from "../../test/support/market-stage.ts";
import { declineProposal } from "./decline-proposal.ts";
import { submitProposal } from "./submit-proposal.ts";
import { withdrawProposal } from "./withdraw-proposal.ts";

let stage: CompetitionStage;
beforeEach(() => {
  stage = new CompetitionStage();
});

describe("withdrawing a proposal", () => {
  it("frees its place for another, but not for the same worker", () => {
    const { id: taskId } = stage.competition();
    const { id: proposalId } = stage.propose(taskId, stage.ann);
    const { task, proposal } = stage.market.execute(withdrawProposal, { taskId, proposalId, workerId: stage.ann });
    expect(task).toMatchObject({ state: "open", proposalCount: 0 });
    expect(proposal).toMatchObject({ state: "withdrawn", decidedAt: stage.market.now });
    expect(stage.history(taskId).at(-1)).toBe("proposal.withdrawn");
    stage.expectRefused(submitProposal, aProposal(taskId, stage.ann), "proposal_exists");
    for (const worker of [stage.ben, stage.cleo, stage.competitor()]) stage.propose(taskId, worker);
    expect(stage.task(taskId)).toMatchObject({ state: "selecting", proposalCount: 3 });
  });

  it("leaves a full intake closed until its poster reopens it", () => {
    const { id: taskId } = stage.competition({ maxProposals: 1 });
    const { id: proposalId } = stage.propose(taskId, stage.ann);
    const { task } = stage.market.execute(withdrawProposal, { taskId, proposalId, workerId: stage.ann });
    expect(task).toMatchObject({ state: "selecting", proposalCount: 0 });
  });

  it("is refused once it was decided, by whomever", () => {
    const { id: taskId } = stage.competition();
    const [shortlisted, declined, withdrawn] = [stage.ann, stage.ben, stage.cleo].map((each) =>
      stage.propose(taskId, each),
    );
    if (shortlisted === undefined || declined === undefined || withdrawn === undefined) return expect.fail();
    const ref = { taskId, posterId: stage.poster };
    stage.market.execute(declineProposal, { ...ref, proposalId: declined.id, reason: "No." });
    stage.market.execute(withdrawProposal, { taskId, proposalId: withdrawn.id, workerId: stage.cleo });
    stage.shortlist(shortlisted);
    for (const [{ id: proposalId, workerId }, state] of [
      [shortlisted, "shortlisted"],
      [declined, "declined"],
      [withdrawn, "withdrawn"],
    ] as const) {
      stage.expectRefused(withdrawProposal, { taskId, proposalId, workerId }, "proposal_decided", { state });
      const decline = { ...ref, proposalId, reason: null };
      stage.expectRefused(declineProposal, decline, "proposal_decided", { state });
    }
    expect(stage.task(taskId).proposalCount).toBe(2);
  });

  it("is the worker's own word: to everybody else the proposal is not there", () => {
    const { id: taskId } = stage.competition();
    const { id: proposalId } = stage.propose(taskId, stage.ann);
    for (const workerId of [stage.ben, stage.poster, nobody]) {
      stage.expectRefused(withdrawProposal, { taskId, proposalId, workerId }, "proposal_not_found");
    }
    const other = stage.competition();
    stage.propose(other.id, stage.ann);
    const wrongTask = { taskId: other.id, proposalId, workerId: stage.ann };
    stage.expectRefused(withdrawProposal, wrongTask, "proposal_not_found");
    const notCompetedFor = { ...wrongTask, taskId: stage.openTask({ visibility: "private", intake: "direct" }).id };
    stage.expectRefused(withdrawProposal, notCompetedFor, "proposal_not_found");
    stage.expectRefused(withdrawProposal, { ...wrongTask, taskId: nobody }, "task_not_found");
  });
});

describe("declining a proposal", () => {
  it("tells why and keeps its place taken", () => {
    const { id: taskId } = stage.competition({ maxProposals: 1 });
    const { id: proposalId } = stage.propose(taskId, stage.ann);
    const decline = { taskId, proposalId, posterId: stage.poster, reason: "Too dear." };
    const { task, proposal } = stage.market.execute(declineProposal, decline);
    expect(task).toMatchObject({ state: "selecting", proposalCount: 1 });
    expect(proposal).toMatchObject({ state: "declined", decidedAt: stage.market.now });
    expect(stage.market.eventsOf(taskId).at(-1)).toMatchObject({
      type: "proposal.declined",
      actorId: stage.poster,
      data: { proposalId, workerId: stage.ann, reason: "Too dear." },
    });
  });

  it("is refused to everybody but the poster, and for a proposal on another task", () => {
    const { id: taskId } = stage.competition();
    const { id: proposalId } = stage.propose(taskId, stage.ann);
    const decline = { taskId, proposalId, posterId: stage.poster, reason: null };
    for (const posterId of [stage.ann, stage.ben, nobody]) {
      stage.expectRefused(declineProposal, { ...decline, posterId }, "not_poster");
    }
    stage.expectRefused(declineProposal, { ...decline, taskId: nobody }, "task_not_found");
    stage.expectRefused(declineProposal, { ...decline, proposalId: nobody }, "proposal_not_found");
    const other = { ...decline, taskId: stage.competition().id };
    stage.expectRefused(declineProposal, other, "proposal_not_found");
    stage.expectRefused(declineProposal, { ...decline, taskId: stage.openTask().id }, "not_proposals");
    const hidden = { ...decline, taskId: stage.competition({ visibility: "private" }).id, posterId: stage.ann };
    stage.expectRefused(declineProposal, hidden, "task_not_found");
  });
});
