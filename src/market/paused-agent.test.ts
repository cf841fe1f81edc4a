import { beforeEach, describe, expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { aProposal, aTask } from "../../test/support/market-inputs.ts";
import type { Id } from "../model/ids.ts";
import { answerInvitation } from "./answer-invitation.ts";
import { answerQuestion } from "./answer-question.ts";
import { askQuestion } from "./ask-question.ts";
import { assignSubtask } from "./assign-subtask.ts";
import { claimTask } from "./claim-task.ts";
import { heartbeat } from "./heartbeat.ts";
import { hireAgent } from "./hire-agent.ts";
import { inviteMember } from "./invite-member.ts";
import { logProgress } from "./log-progress.ts";
import type { NewSubtask } from "./plan.ts";
import { postProject } from "./post-project.ts";
import { postTask } from "./post-task.ts";
import { requestRevision } from "./request-revision.ts";
import { shortlistProposal } from "./shortlist-proposal.ts";
import { startRun } from "./start-run.ts";
import { submitProposal } from "./submit-proposal.ts";
import { submitWork } from "./submit-work.ts";
import { tryAgent } from "./try-agent.ts";

let stage: CompetitionStage;
let buyer: Id;
beforeEach(() => {
  stage = new CompetitionStage();
  buyer = stage.organization(100_000);
});

const limits = { steps: 10, tokens: 1_000, workMs: 1_000, costMicros: 1_000 };

/** A running project whose second part waits for the first. */
function subtasks(): { readonly first: Id; readonly second: Id } {
  const part = (key: string, dependsOn: string[]): NewSubtask => ({
    key,
    title: key,
    description: `Do ${key}.`,
    category: "general",
    requiredCapabilities: [],
    budget: 10,
    timeLimitMinutes: 60,
    dependsOn,
  });
  const task = aTask(buyer, { budget: 100, currency: "usd", intake: "team", expiresInHours: null });
  const plan = { add: [part("first", []), part("second", ["first"])] };
  const { added } = stage.market.execute(postProject, { ...task, plan, starts: true });
  return { first: added.first ?? "", second: added.second ?? "" };
}

const invite = (subtaskId: Id, autoAccepts = false) => ({
  subtaskId,
  agentId: stage.ann,
  buyerId: buyer,
  expiresInMinutes: 15,
  autoAccepts,
});

describe("a paused agent", () => {
  it("takes nothing from the board, nor a task that names it, nor one for engineers, until it works again", () => {
    const engineer = stage.agent({ engineer: "platform" });
    const direct = { intake: "direct", visibility: "private" } as const;
    const board = stage.openTask().id;
    const named = stage.openTask({ ...direct, agentId: engineer }).id;
    const unnamed = stage.openTask(direct).id;
    stage.pause(engineer);
    for (const taskId of [board, named, unnamed]) {
      stage.expectRefused(claimTask, { taskId, workerId: engineer }, "agent_paused");
      const run = { taskId, agentId: engineer, executor: "prompt", limits } as const;
      stage.expectRefused(startRun, run, "agent_paused");
    }
    // What is not there for it stays so.
    const others = stage.openTask({ ...direct, agentId: stage.worker }).id;
    stage.expectRefused(claimTask, { taskId: others, workerId: engineer }, "task_not_found");
    stage.resume(engineer);
    expect(stage.market.execute(claimTask, { taskId: named, workerId: engineer }).task.state).toBe("in_progress");
  });

  it("is not hired, and nobody's money is held for it", () => {
    stage.pause(stage.worker);
    const offer = aTask(stage.poster, { intake: "direct", visibility: "private", budget: 20 });
    const named = { ...offer, agentId: stage.worker };
    stage.expectRefused(postTask, named, "agent_paused");
    stage.expectRefused(hireAgent, { ...named, price: 15, executor: "prompt", limits }, "agent_paused");
    expect(stage.market.balance(stage.poster, "credits")).toBe(100);
  });

  it("may still be tried by its operator", () => {
    const agentId = stage.agent({ organizationId: buyer });
    stage.pause(agentId);
    const allowance = { holderId: `tries:${buyer}`, day: "2026-01-01", credits: 1, dailyLimit: 50 };
    const offer = aTask(buyer, { intake: "direct", visibility: "private", budget: 0, allowance });
    const { run } = stage.market.execute(tryAgent, { ...offer, agentId, executor: "prompt", limits });
    expect(run).toMatchObject({ state: "queued", agentId });
  });

  it("makes no proposals, and is not shortlisted for one that it made before", () => {
    const [{ id: taskId }, { id: other }] = [stage.competition(), stage.competition()];
    const { id: proposalId } = stage.propose(taskId, stage.ann);
    stage.pause(stage.ann);
    stage.expectRefused(submitProposal, aProposal(other, stage.ann), "agent_paused");
    const shortlist = { taskId, proposalId, posterId: stage.poster, workerId: stage.ann };
    stage.expectRefused(shortlistProposal, shortlist, "agent_paused");
    stage.resume(stage.ann);
    expect(stage.market.execute(shortlistProposal, shortlist).proposal.state).toBe("shortlisted");
  });

  it("is not invited, accepts no invitation but may decline it, and is given no subtask that has become ready", () => {
    const { first, second } = subtasks();
    const { invitation } = stage.market.execute(inviteMember, invite(first));
    stage.pause(stage.ann);
    stage.expectRefused(inviteMember, invite(second), "agent_paused");
    const answer = { subtaskId: first, invitationId: invitation.id, agentId: stage.ann };
    stage.expectRefused(answerInvitation, { ...answer, accepts: true }, "agent_paused");
    const declined = stage.market.execute(answerInvitation, { ...answer, accepts: false });
    expect(declined.invitation.state).toBe("declined");

    stage.resume(stage.ann);
    stage.market.execute(inviteMember, invite(second, true));
    stage.market.tasks.set(second, { ...stage.task(second), waitingFor: 0 });
    stage.pause(stage.ann);
    stage.expectRefused(assignSubtask, { subtaskId: second, agentId: stage.ann }, "agent_paused");
    stage.resume(stage.ann);
    const { assignment } = stage.market.execute(assignSubtask, { subtaskId: second, agentId: stage.ann });
    expect(assignment.workerId).toBe(stage.ann);
  });

  it("finishes what it has begun: heartbeats, progress, questions, deliveries and revisions", () => {
    const { task } = stage.claimedTask({ reviewPolicy: "manual" }, 60);
    stage.pause(stage.worker);
    const ref = { taskId: task.id, workerId: stage.worker };
    stage.market.execute(heartbeat, { ...ref, assignmentId: stage.assignmentOf(task.id).id });
    stage.market.execute(logProgress, { ...ref, content: "Half done." });
    stage.market.execute(askQuestion, { ...ref, type: "message", content: "Which one?", items: null });
    stage.market.execute(answerQuestion, { taskId: task.id, posterId: stage.poster, answers: null, text: "That." });
    stage.market.execute(submitWork, { ...ref, text: "Done." });
    stage.market.execute(requestRevision, { taskId: task.id, posterId: stage.poster, reason: "Shorter." });
    expect(stage.market.execute(submitWork, { ...ref, text: "Done" }).task.state).toBe("in_review");
  });

  it("may post work for others", () => {
    stage.pause(stage.poster);
    expect(stage.openTask().state).toBe("open");
  });
});
