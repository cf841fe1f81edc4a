import { beforeEach, describe, expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { nobody } from "../../test/support/market-stage.ts";
import { addHours, addMinutes } from "../model/instant.ts";
import { approveSubmission } from "./approve-submission.ts";
import { askQuestion } from "./ask-question.ts";
import { noTally } from "./book-records.ts";
import { lapseLease } from "./lapse-lease.ts";
import { rejectSubmission } from "./reject-submission.ts";
import { releaseAssignment } from "./release-assignment.ts";
import { requestRevision } from "./request-revision.ts";
import { submitWork } from "./submit-work.ts";

let stage: CompetitionStage;
beforeEach(() => {
  stage = new CompetitionStage();
});

/** ann, ben and cleo, each at a price of its own. */
function three(): Map<string, number> {
  return new Map([
    [stage.ann, 4_000],
    [stage.ben, 3_001],
    [stage.cleo, 5_000],
  ]);
}

describe("the review of several deliveries", () => {
  it("begins when the last of the workers has delivered", () => {
    const { id } = stage.underway(three(), { reviewHours: 72 });
    stage.deliver(id, stage.ann);
    stage.deliver(id, stage.cleo);
    expect(stage.task(id)).toMatchObject({ state: "in_progress", reviewDueAt: null });
    stage.market.advanceMinutes(10);
    stage.deliver(id, stage.ben);
    expect(stage.task(id)).toMatchObject({ state: "in_review", reviewDueAt: addHours(stage.market.now, 72) });
  });

  it("begins when the last who has not delivered is gone, by time or by its own word", () => {
    for (const leave of ["lapses", "releases"]) {
      const { id: taskId } = stage.underway(three(), { timeLimitMinutes: 60 });
      stage.deliver(taskId, stage.ann);
      stage.deliver(taskId, stage.ben);
      const { id: assignmentId } = stage.assignment(taskId, stage.cleo);
      if (leave === "lapses") {
        stage.market.advanceMinutes(60);
        stage.market.execute(lapseLease, { taskId, assignmentId });
      } else {
        stage.market.execute(releaseAssignment, { taskId, workerId: stage.cleo, reason: null });
      }
      expect(stage.task(taskId)).toMatchObject({ state: "in_review", reviewDueAt: addHours(stage.market.now, 72) });
      expect(stage.states(taskId, stage.ann, stage.ben)).toEqual(["submitted", "submitted"]);
    }
  });

  it("does not begin when one goes while another still works", () => {
    const { id: taskId } = stage.underway(three());
    stage.deliver(taskId, stage.ann);
    stage.market.execute(releaseAssignment, { taskId, workerId: stage.ben, reason: null });
    expect(stage.task(taskId)).toMatchObject({ state: "in_progress", reviewDueAt: null });
  });
});

describe("approving one of several deliveries", () => {
  it("pays its worker the price of its proposal, returns the rest of the budget and rejects the others", () => {
    const { task, submissions } = stage.delivered(three());
    const approve = {
      taskId: task.id,
      reviewerId: stage.poster,
      submissionId: submissions.get(stage.ben) ?? null,
      rating: 4,
      feedback: "Good.",
      scores: { accuracy: 5, style: 3 },
    };
    const approved = stage.market.execute(approveSubmission, approve);
    expect(approved.task).toMatchObject({ state: "completed", price: 3_001, releaseDueAt: null });
    expect(stage.states(task.id, stage.ann, stage.ben, stage.cleo)).toEqual(["rejected", "accepted", "rejected"]);
    // 90 % of 3,001 is 2,700.9; 5,000 - 3,001 = 1,999 goes back.
    expect(stage.money(task.id)).toEqual({ poster: 96_999, ann: 0, ben: 2_700, cleo: 0, fees: 301, escrow: 0 });
    expect(stage.market.reviews).toMatchObject([
      { submissionId: approve.submissionId, verdict: "approved", rating: 4, scores: { accuracy: 5, style: 3 } },
    ]);
    expect([stage.ann, stage.ben, stage.cleo].map((worker) => stage.market.standings.get(worker))).toEqual([
      { ...noTally, rejected: 1, deadlinesMet: 1 },
      { ...noTally, completed: 1, ratingSum: 4, ratingCount: 1, deadlinesMet: 1 },
      { ...noTally, rejected: 1, deadlinesMet: 1 },
    ]);
  });

  it("is refused without saying which, and for what nobody has delivered here", () => {
    const { task, submissions } = stage.delivered(three());
    const approve = { taskId: task.id, reviewerId: stage.poster };
    stage.expectRefused(approveSubmission, approve, "submission_ambiguous", { submissions: 3 });
    stage.expectRefused(approveSubmission, { ...approve, submissionId: nobody }, "submission_not_found");
    const other = stage.delivered(new Map([[stage.ann, 1]]));
    const elsewhere = { ...approve, submissionId: other.submissions.get(stage.ann) ?? null };
    stage.expectRefused(approveSubmission, elsewhere, "submission_not_found");
    const named = { ...approve, submissionId: submissions.get(stage.ann) ?? null };
    stage.market.execute(approveSubmission, named);
    const second = { ...named, submissionId: submissions.get(stage.ben) ?? null };
    stage.expectRefused(approveSubmission, second, "task_wrong_state", { state: "completed" });
  });

  it("needs no name where only one is left", () => {
    const { task } = stage.delivered(new Map([[stage.ann, 4_000]]));
    stage.market.execute(approveSubmission, { taskId: task.id, reviewerId: stage.poster });
    expect(stage.money(task.id)).toMatchObject({ ann: 3_600, poster: 96_000 });
  });

  it("by time accepts the one that came in first, whoever proposed first", () => {
    const { id: taskId } = stage.underway(three());
    for (const worker of [stage.cleo, stage.ann, stage.ben]) stage.deliver(taskId, worker);
    stage.market.advanceMinutes(72 * 60);
    stage.market.execute(approveSubmission, { taskId, reviewerId: null });
    expect(stage.states(taskId, stage.ann, stage.ben, stage.cleo)).toEqual(["rejected", "rejected", "accepted"]);
    expect(stage.money(taskId)).toEqual({ poster: 95_000, ann: 0, ben: 0, cleo: 4_500, fees: 500, escrow: 0 });
  });

  it("pays the whole price, to the cent, whatever it is", () => {
    for (const price of [1, 9, 10, 11, 3_333, 4_999, 5_000]) {
      const before = stage.money("");
      const { task } = stage.delivered(new Map([[stage.ann, price]]));
      stage.market.execute(approveSubmission, { taskId: task.id, reviewerId: stage.poster });
      const after = stage.money(task.id);
      const net = Math.floor((price * 9) / 10);
      expect([before.poster - after.poster, after.ann - before.ann, after.fees - before.fees, after.escrow]).toEqual([
        price,
        net,
        price - net,
        0,
      ]);
    }
  });

  it("does not count a rating by the worker's own organization, where a task may go to its own engineer", () => {
    const own = stage.organization(10_000);
    const engineer = stage.agent({ organizationId: own, engineer: "organization" });
    const { id: taskId } = stage.competition({ posterId: own, intake: "direct", maxProposals: null });
    stage.claim(taskId, engineer);
    stage.deliver(taskId, engineer);
    stage.market.execute(approveSubmission, { taskId, reviewerId: own, rating: 5 });
    expect(stage.market.reviews).toMatchObject([{ rating: 5 }]);
    expect(stage.market.standings.get(engineer)).toEqual({ ...noTally, completed: 1, deadlinesMet: 1 });
  });
});

describe("with automatic review", () => {
  it("the first of several to deliver is accepted on the spot; the others are let go, and wait for no answer", () => {
    const { id: taskId } = stage.underway(three(), { reviewPolicy: "auto" });
    const question = { taskId, workerId: stage.cleo, type: "message", content: "Which?", items: null } as const;
    stage.market.execute(askQuestion, question);
    stage.deliver(taskId, stage.ben);
    expect(stage.task(taskId)).toMatchObject({ state: "completed", price: 3_001 });
    expect(stage.states(taskId, stage.ann, stage.ben, stage.cleo)).toEqual(["released", "accepted", "released"]);
    expect(stage.assignment(taskId, stage.cleo)).toMatchObject({ openQuestionId: null, pausedMs: null, dueAt: null });
    expect([...stage.market.questions.values()].map(({ answeredAt }) => answeredAt)).toEqual([stage.market.now]);
    expect(stage.market.standings.has(stage.ann)).toBe(false);
    stage.expectRefused(submitWork, { taskId, workerId: stage.ann, text: "Late." }, "lease_lost");
  });
});

describe("asking one of several for a revision", () => {
  it("sends that one back, keeps the others waiting, and begins the review anew when it has delivered again", () => {
    const { task, submissions } = stage.delivered(three());
    stage.market.advanceMinutes(100);
    const revise = { taskId: task.id, posterId: stage.poster, reason: "More." };
    stage.expectRefused(requestRevision, revise, "submission_ambiguous", { submissions: 3 });
    stage.expectRefused(requestRevision, { ...revise, submissionId: nobody }, "submission_not_found");
    const sentBack = stage.market.execute(requestRevision, {
      ...revise,
      submissionId: submissions.get(stage.ben) ?? null,
    });
    expect(sentBack.task).toMatchObject({ state: "in_progress", reviewDueAt: null, revisionCount: 1 });
    expect(stage.states(task.id, stage.ann, stage.ben, stage.cleo)).toEqual(["submitted", "revision", "submitted"]);
    expect(stage.assignment(task.id, stage.ben).dueAt).toBe(addMinutes(stage.market.now, 600));
    const approve = { taskId: task.id, reviewerId: stage.poster, submissionId: submissions.get(stage.ann) ?? null };
    stage.expectRefused(approveSubmission, approve, "task_wrong_state", { state: "in_progress" });
    const second = stage.deliver(task.id, stage.ben);
    expect(stage.task(task.id)).toMatchObject({ state: "in_review", reviewDueAt: addHours(stage.market.now, 72) });
    const old = { ...approve, submissionId: submissions.get(stage.ben) ?? null };
    stage.expectRefused(approveSubmission, old, "submission_not_found");
    stage.market.execute(approveSubmission, { ...approve, submissionId: second });
    expect(stage.money(task.id)).toMatchObject({ ben: 2_700, ann: 0, cleo: 0 });
  });

  it("goes on without it when its time runs out", () => {
    const { task, submissions } = stage.delivered(three(), { timeLimitMinutes: 60 });
    const submissionId = submissions.get(stage.ben) ?? null;
    stage.market.execute(requestRevision, { taskId: task.id, posterId: stage.poster, reason: null, submissionId });
    stage.market.advanceMinutes(60);
    const { id: assignmentId } = stage.assignment(task.id, stage.ben);
    stage.market.execute(lapseLease, { taskId: task.id, assignmentId });
    expect(stage.task(task.id)).toMatchObject({ state: "in_review", reviewDueAt: addHours(stage.market.now, 72) });
    expect(stage.market.standings.get(stage.ben)).toEqual({ ...noTally, deadlinesMet: 1, deadlinesMissed: 1 });
  });
});

describe("rejecting deliveries for good", () => {
  it("goes on with those that are left, in the time that is left, and tells the rejected one", () => {
    const { task, submissions } = stage.delivered(three());
    stage.market.advanceMinutes(100);
    const submissionId = submissions.get(stage.cleo) ?? null;
    const reject = { taskId: task.id, posterId: stage.poster, submissionId, reason: "No.", cancel: false };
    const rejected = stage.market.execute(rejectSubmission, reject);
    expect(rejected.task).toMatchObject({ state: "in_review", reviewDueAt: task.reviewDueAt });
    expect(stage.states(task.id, stage.ann, stage.ben, stage.cleo)).toEqual(["submitted", "submitted", "rejected"]);
    expect(stage.market.eventsOf(task.id).at(-1)?.data).toMatchObject({ workerId: stage.cleo, reason: "No." });
    stage.expectRefused(rejectSubmission, reject, "submission_not_found");
  });

  it("of all at once lets everybody go and looks for others, in the state the intake is in", () => {
    for (const [maxProposals, state] of [
      [3, "selecting"],
      [4, "open"],
    ] as const) {
      const { task } = stage.delivered(three(), { maxProposals, category: "research" });
      const reject = { taskId: task.id, posterId: stage.poster, reason: "No.", cancel: false };
      const rejected = stage.market.execute(rejectSubmission, reject);
      expect(rejected.task).toMatchObject({ state, reviewDueAt: null });
      expect(stage.states(task.id, stage.ann, stage.ben, stage.cleo)).toEqual(["rejected", "rejected", "rejected"]);
      expect(stage.history(task.id).slice(-3)).toEqual(["task.rejected", "task.rejected", "task.rejected"]);
      expect(stage.market.account(`escrow:${task.id}`)).toBe(5_000);
    }
    expect(stage.market.boardCounts.get("research")).toBe(1);
  });

  it("with the task lets the others go too, and refunds", () => {
    const { task, submissions } = stage.delivered(three());
    const submissionId = submissions.get(stage.ann) ?? null;
    const reject = { taskId: task.id, posterId: stage.poster, submissionId, reason: null, cancel: true };
    expect(stage.market.execute(rejectSubmission, reject).task.state).toBe("cancelled");
    expect(stage.states(task.id, stage.ann, stage.ben, stage.cleo)).toEqual(["rejected", "released", "released"]);
    expect(stage.money(task.id)).toMatchObject({ poster: 100_000, escrow: 0 });
  });
});

describe("the time to deliver", () => {
  it("is met until its last millisecond, and counted", () => {
    const { id: taskId } = stage.underway(three(), { timeLimitMinutes: 60 });
    stage.market.advanceMs(3_600_000 - 1);
    stage.deliver(taskId, stage.ann);
    stage.market.advanceMs(1);
    stage.expectRefused(submitWork, { taskId, workerId: stage.ben, text: "Late." }, "lease_lost");
    for (const worker of [stage.ben, stage.cleo]) {
      stage.market.execute(lapseLease, { taskId, assignmentId: stage.assignment(taskId, worker).id });
    }
    const counted = [stage.ann, stage.ben].map((worker) => stage.market.standings.get(worker));
    expect(counted).toEqual([
      { ...noTally, deadlinesMet: 1 },
      { ...noTally, deadlinesMissed: 1 },
    ]);
    expect(stage.task(taskId).state).toBe("in_review");
  });

  it.each([
    [2, "in_progress", "open"],
    [1, "in_progress", "expired"],
  ] as const)(
    "of the last worker over with %d hours on the board leaves the task %s, then %s",
    (expiresInHours, before, after) => {
      const prices = new Map([[stage.ann, 4_000]]);
      const { id: taskId, state } = stage.underway(prices, { timeLimitMinutes: 90, expiresInHours });
      expect(state).toBe(before);
      stage.market.advanceMinutes(90);
      stage.market.execute(lapseLease, { taskId, assignmentId: stage.assignment(taskId, stage.ann).id });
      expect(stage.task(taskId).state).toBe(after);
      expect(stage.money(taskId).escrow).toBe(after === "open" ? 5_000 : 0);
    },
  );
});

describe("a worker that is suspended while it works", () => {
  it("can deliver no more, and can again once it is let back in", () => {
    const { id: taskId } = stage.underway(three());
    stage.decide(stage.ann, "suspended");
    const deliver = { taskId, workerId: stage.ann, text: "Done." };
    stage.expectRefused(submitWork, deliver, "agent_not_approved", { approvalStatus: "suspended" });
    stage.decide(stage.ann, "approved");
    stage.market.execute(submitWork, deliver);
  });

  it("is paid for what it had delivered", () => {
    const { task } = stage.delivered(new Map([[stage.ann, 4_000]]));
    stage.decide(stage.ann, "suspended");
    stage.market.execute(approveSubmission, { taskId: task.id, reviewerId: stage.poster });
    expect(stage.money(task.id).ann).toBe(3_600);
  });
});
