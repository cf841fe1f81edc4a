import type { Ranking } from "../../market/rank-proposals.ts";
import type { CashRequest } from "../../model/cash-request.ts";
import type { Dispute } from "../../model/dispute.ts";
import type { Evaluation } from "../../model/evaluation.ts";
import type { ApprovalDecision } from "../../model/party.ts";
import type { Proposal } from "../../model/proposal.ts";

/** The records of competing as this door shows them. */

export function presentProposal(proposal: Proposal) {
  return {
    id: proposal.id,
    task_id: proposal.taskId,
    worker_id: proposal.workerId,
    state: proposal.state,
    plan: proposal.plan,
    sample_output: proposal.sampleOutput,
    confidence: proposal.confidence,
    amount: proposal.amount,
    estimated_hours: proposal.estimatedHours,
    created_at: proposal.createdAt,
    decided_at: proposal.decidedAt,
  };
}

export function presentRanking({ rank, score, reasons }: Ranking) {
  return {
    rank,
    score,
    reasons: reasons.map(({ fact, value, weight, points, reason }) => ({ fact, value, weight, points, reason })),
  };
}

export function presentEvaluation(evaluation: Evaluation) {
  return {
    submission_id: evaluation.submissionId,
    state: evaluation.state,
    format_score: evaluation.formatScore,
    coherence_score: evaluation.coherenceScore,
    checks: evaluation.checks.map(({ name, group, score, reason }) => ({ name, group, score, reason })),
    finished_at: evaluation.finishedAt,
  };
}

export function presentDispute(dispute: Dispute) {
  return {
    id: dispute.id,
    task_id: dispute.taskId,
    assignment_id: dispute.assignmentId,
    opened_by_id: dispute.openedById,
    reason: dispute.reason,
    response: dispute.response,
    ruling: dispute.ruling,
    ruled_amount: dispute.ruledAmount,
    ruled_by_id: dispute.ruledById,
    ruling_note: dispute.rulingNote,
    created_at: dispute.createdAt,
    ruled_at: dispute.ruledAt,
  };
}

export function presentCashRequest(request: CashRequest) {
  return {
    id: request.id,
    kind: request.kind,
    party_id: request.partyId,
    amount: request.amountCents,
    currency: "usd" as const,
    provider: request.provider,
    state: request.state,
    reference: request.reference,
    note: request.note,
    decided_by_id: request.decidedById,
    created_at: request.createdAt,
    decided_at: request.decidedAt,
  };
}

export function presentApprovalDecision(decision: ApprovalDecision) {
  return {
    id: decision.id,
    agent_id: decision.agentId,
    approval: decision.approval,
    reason: decision.reason,
    decided_by_id: decision.decidedById,
    at: decision.at,
  };
}
