import { answerDispute } from "../../src/market/answer-dispute.ts";
import { closeIntake } from "../../src/market/close-intake.ts";
import { decideApproval } from "../../src/market/decide-approval.ts";
import { decideCash } from "../../src/market/decide-cash.ts";
import { declineProposal } from "../../src/market/decline-proposal.ts";
import { openDispute } from "../../src/market/open-dispute.ts";
import { type EvaluationOutcome, recordEvaluation } from "../../src/market/record-evaluation.ts";
import { releasePayment } from "../../src/market/release-payment.ts";
import { reopenIntake } from "../../src/market/reopen-intake.ts";
import { requestCash } from "../../src/market/request-cash.ts";
import { ruleDispute } from "../../src/market/rule-dispute.ts";
import { shortlistProposal } from "../../src/market/shortlist-proposal.ts";
import { submitProposal } from "../../src/market/submit-proposal.ts";
import { withdrawProposal } from "../../src/market/withdraw-proposal.ts";
import { addHours } from "../../src/model/instant.ts";
import type { Task } from "../../src/model/task.ts";
import { aProposal } from "../support/market-inputs.ts";
import { nobody } from "../support/market-stage.ts";
import type { CompetitionStep } from "./competing-steps.ts";
import { inState, postersRef, type Resolved, send } from "./resolving.ts";
import type { Scene } from "./scene.ts";
import { boundSpender } from "./spending.ts";

type Resolvers = {
  readonly [Name in CompetitionStep["do"]]: (step: Extract<CompetitionStep, { do: Name }>, scene: Scene) => Resolved;
};

/** How each step of competing becomes a command on what the market holds. */
export const competingResolvers: Resolvers = {
  admit: ({ agent, word }, scene) => {
    // Every other one sent away has something to lose.
    const competitor = word === "suspended" && agent % 2 === 0 ? scene.competitor() : undefined;
    const agentId = competitor ?? scene.party(agent);
    return send(decideApproval, { agentId, approval: word, reason: "So.", decidedById: nobody });
  },
  propose: (step, scene) => {
    const taskId = scene.task(step.task, takesProposals, isCompetedFor);
    const workerId = step.by === null ? scene.whoMayPropose(taskId) : scene.party(step.by);
    const budget = scene.market.tasks.get(taskId)?.budget ?? 1;
    return send(submitProposal, aProposal(taskId, workerId, { amount: shareOf(budget, step.share) }));
  },
  shortlist: (step, scene) => {
    const { taskId, posterId } = postersRef(step, scene, isChosenAmong(scene), isCompetedFor);
    const { id: proposalId, workerId } = proposalOf(step, scene, taskId);
    return send(shortlistProposal, { taskId, posterId, proposalId, workerId });
  },
  decline: (step, scene) => {
    const ref = postersRef(step, scene, hasWaitingProposal(scene), isCompetedFor);
    return send(declineProposal, { ...ref, proposalId: proposalOf(step, scene, ref.taskId).id, reason: "No." });
  },
  withdraw: (step, scene) => {
    const taskId = scene.task(step.task, hasWaitingProposal(scene), isCompetedFor);
    const { id: proposalId, workerId } = proposalOf(step, scene, taskId);
    return send(withdrawProposal, {
      taskId,
      proposalId,
      workerId: step.by === null ? workerId : scene.party(step.by),
    });
  },
  close: (step, scene) => send(closeIntake, postersRef(step, scene, takesProposals, isCompetedFor)),
  reopen: (step, scene) => {
    const ref = postersRef(step, scene, inState("selecting"), isCompetedFor);
    const expiresAt = step.hours === null ? null : addHours(scene.market.now, step.hours);
    return send(reopenIntake, { ...ref, maxProposals: step.maxProposals, expiresAt });
  },
  dispute: (step, scene) => dispute(step, scene),
  respond: (step, scene) => {
    const taskId = scene.task(step.task, inState("disputed"));
    const open = scene.openDispute(taskId);
    const other = open === undefined ? nobody : scene.otherSideOf(open);
    const partyId = step.by === null ? other : scene.party(step.by);
    return send(answerDispute, { taskId, disputeId: open?.id ?? nobody, partyId, response: "It is all there." });
  },
  rule: (step, scene) => {
    const taskId = scene.task(step.task, inState("disputed"));
    const open = scene.openDispute(taskId);
    const price = scene.market.assignments.get(open?.assignmentId ?? "")?.price;
    const whole = price ?? scene.market.tasks.get(taskId)?.budget ?? 1;
    const amount = step.ruling === "split" ? shareOf(whole, step.share) : null;
    const disputeId = open?.id ?? nobody;
    return send(ruleDispute, { taskId, disputeId, adminId: nobody, ruling: step.ruling, amount, note: null });
  },
  "pay out": (step, scene) => {
    return send(releasePayment, { taskId: scene.task(step.task, ({ releaseDueAt }) => releaseDueAt !== null) });
  },
  evaluate: ({ submission, outcome }, scene) => {
    const { submissionId, taskId } = scene.evaluation(submission);
    return send(recordEvaluation, { taskId, submissionId, outcome: outcomes[outcome] });
  },
  "ask for cash": ({ kind, by, amount }, scene) => {
    const partyId = scene.party(by);
    return send(requestCash, {
      kind,
      partyId,
      amountCents: amount,
      provider: "manual",
      reference: null,
      spender: boundSpender(partyId, scene.market.now),
    });
  },
  "decide cash": ({ request, confirm, by }, scene) => {
    const asked = scene.cashRequest(request);
    const partyId = by === null ? (asked?.partyId ?? nobody) : scene.party(by);
    const state = confirm ? "confirmed" : "refused";
    return send(decideCash, { requestId: asked?.id ?? nobody, partyId, state, note: "Seen.", decidedById: null });
  },
};

const checks = [{ name: "not_empty", group: "format", score: 0.5, reason: "There is something." }] as const;
const outcomes: Readonly<Record<EvaluationOutcome["state"], EvaluationOutcome>> = {
  pending: { state: "pending" },
  finished: { state: "finished", formatScore: 0.5, coherenceScore: null, checks },
  failed: { state: "failed", formatScore: null, coherenceScore: null, checks: [] },
};

/** At least 1; above 100 percent more than the whole. */
function shareOf(whole: number, percent: number): number {
  return Math.max(1, Math.ceil((whole * percent) / 100));
}

function isCompetedFor({ intake }: Task): boolean {
  return intake === "proposals";
}

function takesProposals(task: Task): boolean {
  return isCompetedFor(task) && task.state === "open";
}

function hasWaitingProposal(scene: Scene): (task: Task) => boolean {
  return ({ id, state }) =>
    (state === "open" || state === "selecting" || state === "in_progress") && scene.waitingProposal(id) !== undefined;
}

/** Choosing too early would leave little to choose from. */
function isChosenAmong(scene: Scene): (task: Task) => boolean {
  const hasWaiting = hasWaitingProposal(scene);
  return (task) => hasWaiting(task) && (task.state !== "open" || task.proposalCount >= 2);
}

function proposalOf({ proposal }: { readonly proposal: number | null }, scene: Scene, taskId: string) {
  const picked = proposal === null ? scene.waitingProposal(taskId) : scene.proposal(proposal);
  return picked ?? { id: nobody, workerId: nobody };
}

function dispute(step: Extract<CompetitionStep, { do: "dispute" }>, scene: Scene): Resolved {
  const mayBe = ({ state, funding, releaseDueAt }: Task): boolean =>
    (state === "in_review" && funding === "escrow") || (state === "completed" && releaseDueAt !== null);
  const { taskId, posterId } = postersRef(step, scene, mayBe);
  const submissionId = scene.submission(step.submission, taskId);
  const worker = step.byWorker && step.by === null ? scene.workerOf(taskId) : posterId;
  return send(openDispute, { taskId, partyId: worker, submissionId, reason: "No." });
}
