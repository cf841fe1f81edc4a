import { beforeEach, describe, expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { aProposal } from "../../test/support/market-inputs.ts";
import { nobody } from "../../test/support/market-stage.ts";
import { addHours } from "../model/instant.ts";
import { cancelTask } from "./cancel-task.ts";
import { closeIntake } from "./close-intake.ts";
import { expireTask } from "./expire-task.ts";
import { reopenIntake } from "./reopen-intake.ts";
import { submitProposal } from "./submit-proposal.ts";

let stage: CompetitionStage;
beforeEach(() => {
  stage = new CompetitionStage();
});

const asBefore = { maxProposals: null, expiresAt: null };

describe("closing the intake", () => {
  it("takes no more proposals and leaves those that are in to choose from", () => {
    const { id: taskId } = stage.competition();
    const proposal = stage.propose(taskId, stage.ann);
    const { task } = stage.market.execute(closeIntake, { taskId, posterId: stage.poster });
    expect(task).toMatchObject({ state: "selecting", proposalCount: 1 });
    expect(stage.market.eventsOf(taskId).at(-1)).toMatchObject({
      type: "task.intake_closed",
      actorId: stage.poster,
      data: { proposals: 1 },
    });
    stage.expectRefused(submitProposal, aProposal(taskId, stage.ben), "task_wrong_state", { state: "selecting" });
    stage.shortlist(proposal);
    expect(stage.task(taskId).state).toBe("in_progress");
  });

  it("still ends at the deadline, with a refund, and may be cancelled before it", () => {
    const [first, second] = [stage.competition(), stage.competition()];
    for (const { id: taskId } of [first, second]) {
      stage.market.execute(closeIntake, { taskId, posterId: stage.poster });
    }
    stage.market.execute(cancelTask, { taskId: second.id, posterId: stage.poster });
    stage.market.advanceMinutes(48 * 60);
    expect(stage.market.execute(expireTask, { taskId: first.id }).task.state).toBe("expired");
    expect(stage.money(first.id)).toMatchObject({ poster: 100_000, escrow: 0 });
  });

  it("is the poster's to do, once, while proposals come in", () => {
    const { id: taskId } = stage.competition();
    stage.expectRefused(closeIntake, { taskId, posterId: stage.ann }, "not_poster");
    stage.expectRefused(closeIntake, { taskId: nobody, posterId: stage.poster }, "task_not_found");
    stage.expectRefused(closeIntake, { taskId: stage.openTask().id, posterId: stage.poster }, "not_proposals");
    stage.market.execute(closeIntake, { taskId, posterId: stage.poster });
    stage.expectRefused(closeIntake, { taskId, posterId: stage.poster }, "task_wrong_state", { state: "selecting" });
  });
});

describe("reopening the intake", () => {
  it("puts the task back on the board, with more places and more time if the poster says so", () => {
    const { id: taskId } = stage.competition({ maxProposals: 1, category: "research" });
    stage.propose(taskId, stage.ann);
    stage.market.advanceMinutes(60);
    const expiresAt = addHours(stage.market.now, 100);
    const reopen = { taskId, posterId: stage.poster, maxProposals: 2, expiresAt };
    const { task } = stage.market.execute(reopenIntake, reopen);
    expect(task).toMatchObject({ state: "open", maxProposals: 2, expiresAt, proposalCount: 1 });
    expect(stage.market.boardCounts.get("research")).toBe(1);
    expect(stage.market.jobs.at(-1)).toMatchObject({ name: "expire-tasks", runAt: expiresAt });
    expect(stage.market.eventsOf(taskId).at(-1)).toMatchObject({ type: "task.reopened", data: { maxProposals: 2 } });
    stage.propose(taskId, stage.ben);
    expect(stage.task(taskId).state).toBe("selecting");
  });

  it("keeps places and deadline where nothing else is said", () => {
    const { id: taskId, expiresAt } = stage.competition();
    stage.market.execute(closeIntake, { taskId, posterId: stage.poster });
    const { task } = stage.market.execute(reopenIntake, { taskId, posterId: stage.poster, ...asBefore });
    expect(task).toMatchObject({ state: "open", maxProposals: 3, expiresAt });
  });

  it("is refused without a free place", () => {
    const { id: taskId } = stage.competition({ maxProposals: 2 });
    stage.propose(taskId, stage.ann);
    stage.propose(taskId, stage.ben);
    const reopen = { taskId, posterId: stage.poster, ...asBefore };
    for (const maxProposals of [null, 1, 2]) {
      stage.expectRefused(reopenIntake, { ...reopen, maxProposals }, "intake_full", { proposals: 2 });
    }
  });

  it("is refused without time", () => {
    const { id: taskId } = stage.competition({ expiresInHours: 1 });
    stage.market.execute(closeIntake, { taskId, posterId: stage.poster });
    stage.market.advanceMinutes(60);
    const reopen = { taskId, posterId: stage.poster, ...asBefore };
    stage.expectRefused(reopenIntake, reopen, "deadline_passed");
    stage.expectRefused(reopenIntake, { ...reopen, expiresAt: stage.market.now }, "deadline_passed");
    stage.market.execute(reopenIntake, { ...reopen, expiresAt: addHours(stage.market.now, 1) });
  });

  it("is the poster's to do, while it chooses", () => {
    const { id: taskId } = stage.competition();
    const reopen = { taskId, posterId: stage.poster, ...asBefore };
    stage.expectRefused(reopenIntake, reopen, "task_wrong_state", { state: "open" });
    const underway = stage.underway(new Map([[stage.ann, 4_000]]));
    stage.expectRefused(reopenIntake, { ...reopen, taskId: underway.id }, "task_wrong_state", { state: "in_progress" });
    stage.market.execute(closeIntake, { taskId, posterId: stage.poster });
    stage.expectRefused(reopenIntake, { ...reopen, posterId: stage.ann }, "not_poster");
    stage.expectRefused(reopenIntake, { ...reopen, taskId: nobody }, "task_not_found");
    stage.expectRefused(reopenIntake, { ...reopen, taskId: stage.openTask().id }, "not_proposals");
  });
});
