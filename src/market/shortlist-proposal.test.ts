import { beforeEach, describe, expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { nobody } from "../../test/support/market-stage.ts";
import { addMinutes } from "../model/instant.ts";
import { claimTask } from "./claim-task.ts";
import { closeIntake } from "./close-intake.ts";
import { declineProposal } from "./decline-proposal.ts";
import { shortlistProposal } from "./shortlist-proposal.ts";

let stage: CompetitionStage;
beforeEach(() => {
  stage = new CompetitionStage();
});

describe("shortlisting a proposal", () => {
  it("binds its worker at its price, with the whole time to deliver from now on", () => {
    const { id: taskId } = stage.competition({ timeLimitMinutes: 600 });
    const { id: proposalId } = stage.propose(taskId, stage.ann, 4_000);
    stage.market.advanceMinutes(30);
    const input = { taskId, proposalId, posterId: stage.poster, workerId: stage.ann };
    const { task, proposal, assignment } = stage.market.execute(shortlistProposal, input);
    const dueAt = addMinutes(stage.market.now, 600);
    expect(task).toMatchObject({ state: "in_progress", price: null, proposalCount: 1 });
    expect(proposal).toMatchObject({ state: "shortlisted", decidedAt: stage.market.now });
    expect(assignment).toMatchObject({
      workerId: stage.ann,
      state: "active",
      proposalId,
      price: 4_000,
      dueAt,
      leaseExpiresAt: dueAt,
      heartbeatSeconds: null,
    });
    expect(stage.market.jobs.at(-1)).toMatchObject({ name: "lapse-leases", runAt: dueAt });
    expect(stage.market.eventsOf(taskId).at(-1)).toMatchObject({
      type: "proposal.shortlisted",
      actorId: stage.poster,
      data: { proposalId, assignmentId: assignment.id, workerId: stage.ann, amount: 4_000 },
    });
    expect(stage.money(taskId)).toMatchObject({ poster: 95_000, ann: 0, escrow: 5_000 });
  });

  it("may be done for several, also after others have begun and after the deadline for proposals", () => {
    const { id: taskId } = stage.competition({ expiresInHours: 1 });
    const [first, second] = [stage.propose(taskId, stage.ann), stage.propose(taskId, stage.ben, 3_000)];
    stage.shortlist(first);
    stage.market.advanceMinutes(120);
    stage.shortlist(second);
    expect(stage.states(taskId, stage.ann, stage.ben)).toEqual(["active", "active"]);
    expect(stage.assignment(taskId, stage.ben).price).toBe(3_000);
  });

  it("is refused at the deadline as long as nobody works", () => {
    const { id: taskId } = stage.competition({ expiresInHours: 1 });
    const { id: proposalId } = stage.propose(taskId, stage.ann);
    const shortlist = { taskId, proposalId, posterId: stage.poster, workerId: stage.ann };
    stage.market.advanceMinutes(60);
    stage.expectRefused(shortlistProposal, shortlist, "deadline_passed");
  });

  it("is refused for a proposal that is decided, and for one that is not there", () => {
    const { id: taskId } = stage.competition();
    const [first, second] = [stage.propose(taskId, stage.ann), stage.propose(taskId, stage.ben)];
    const shortlist = { taskId, proposalId: first.id, posterId: stage.poster, workerId: stage.ann };
    stage.market.execute(declineProposal, { ...shortlist, proposalId: second.id, reason: null });
    stage.shortlist(first);
    stage.expectRefused(shortlistProposal, shortlist, "proposal_decided", { state: "shortlisted" });
    const declined = { ...shortlist, proposalId: second.id, workerId: stage.ben };
    stage.expectRefused(shortlistProposal, declined, "proposal_decided", { state: "declined" });
    stage.expectRefused(shortlistProposal, { ...shortlist, proposalId: nobody }, "proposal_not_found");
    stage.expectRefused(shortlistProposal, { ...shortlist, workerId: stage.ben }, "proposal_not_found");
    const elsewhere = { ...shortlist, taskId: stage.competition().id };
    stage.expectRefused(shortlistProposal, elsewhere, "proposal_not_found");
  });

  it("is refused for a worker that was suspended after it proposed", () => {
    const { id: taskId } = stage.competition();
    const { id: proposalId } = stage.propose(taskId, stage.ann);
    stage.decide(stage.ann, "suspended");
    const shortlist = { taskId, proposalId, posterId: stage.poster, workerId: stage.ann };
    stage.expectRefused(shortlistProposal, shortlist, "agent_not_approved", { approvalStatus: "suspended" });
  });

  it("is the poster's to do, before the deliveries are in", () => {
    const { id: taskId } = stage.competition();
    const [first, second] = [stage.propose(taskId, stage.ann), stage.propose(taskId, stage.ben)];
    const shortlist = { taskId, proposalId: second.id, posterId: stage.poster, workerId: stage.ben };
    for (const posterId of [stage.ann, stage.ben, nobody]) {
      stage.expectRefused(shortlistProposal, { ...shortlist, posterId }, "not_poster");
    }
    stage.expectRefused(shortlistProposal, { ...shortlist, taskId: nobody }, "task_not_found");
    stage.expectRefused(shortlistProposal, { ...shortlist, taskId: stage.openTask().id }, "not_proposals");
    stage.market.execute(closeIntake, shortlist);
    stage.shortlist(first);
    stage.deliver(taskId, stage.ann);
    stage.expectRefused(shortlistProposal, shortlist, "task_wrong_state", { state: "in_review" });
  });

  it("is the only way in: a task that is competed for cannot be claimed", () => {
    const { id: taskId } = stage.competition();
    stage.expectRefused(claimTask, { taskId, workerId: stage.ann }, "task_not_found");
  });
});
