import { expect, it } from "vitest";
import { CompetitionStage } from "../../test/support/competition-stage.ts";
import { aProposal } from "../../test/support/market-inputs.ts";
import { refuse } from "../model/errors.ts";
import { answerDispute } from "./answer-dispute.ts";
import { approveSubmission } from "./approve-submission.ts";
import type { Book } from "./book.ts";
import { closeIntake } from "./close-intake.ts";
import { decideApproval } from "./decide-approval.ts";
import { decideCash } from "./decide-cash.ts";
import { declineProposal } from "./decline-proposal.ts";
import { openDispute } from "./open-dispute.ts";
import { recordEvaluation } from "./record-evaluation.ts";
import { reopenIntake } from "./reopen-intake.ts";
import { requestCash } from "./request-cash.ts";
import { ruleDispute } from "./rule-dispute.ts";
import { shortlistProposal } from "./shortlist-proposal.ts";
import { submitProposal } from "./submit-proposal.ts";
import { submitWork } from "./submit-work.ts";
import { withdrawProposal } from "./withdraw-proposal.ts";

it("leaves no trace of a whole competition on the book, if the command that did all of it is refused in the end", () => {
  const stage = new CompetitionStage();
  const { id: taskId } = stage.competition({ disputeHours: 24 });
  const waiting = [stage.propose(taskId, stage.ann), stage.propose(taskId, stage.ben)] as const;
  const asked = {
    kind: "payout",
    partyId: stage.poster,
    amountCents: 1,
    provider: "manual",
    reference: null,
    spender: null,
  } as const;
  const { request } = stage.market.execute(requestCash, asked);
  const ref = { taskId, posterId: stage.poster, reason: null };
  const deciding = { approval: "suspended", reason: null, decidedById: stage.admin } as const;
  const everything = (book: Book): never => {
    const [first, second] = waiting.map(({ id: proposalId, workerId }) => ({ ...ref, proposalId, workerId }));
    if (first === undefined || second === undefined) return expect.fail();
    const { proposal } = submitProposal.decide(book, aProposal(taskId, stage.cleo));
    reopenIntake.decide(book, { ...ref, maxProposals: 4, expiresAt: null });
    closeIntake.decide(book, ref);
    withdrawProposal.decide(book, { taskId, proposalId: proposal.id, workerId: stage.cleo });
    declineProposal.decide(book, second);
    shortlistProposal.decide(book, first);
    const { submission } = submitWork.decide(book, { taskId, workerId: stage.ann, text: "Done." });
    const evaluation = { taskId, submissionId: submission.id, outcome: { state: "pending" } } as const;
    recordEvaluation.decide(book, evaluation);
    approveSubmission.decide(book, { taskId, reviewerId: stage.poster, rating: 5 });
    const { dispute } = openDispute.decide(book, { ...ref, partyId: stage.poster, submissionId: null, reason: "No." });
    answerDispute.decide(book, { taskId, disputeId: dispute.id, partyId: stage.ann, response: "But." });
    const ruling = { taskId, disputeId: dispute.id, adminId: stage.admin, note: null };
    ruleDispute.decide(book, { ...ruling, ruling: "split", amount: 1 });
    decideApproval.decide(book, { ...deciding, agentId: stage.ann });
    decideApproval.decide(book, { ...deciding, agentId: stage.ben });
    requestCash.decide(book, asked);
    decideCash.decide(book, {
      requestId: request.id,
      partyId: stage.poster,
      state: "refused",
      note: null,
      decidedById: null,
    });
    return refuse("not_allowed");
  };
  const loads = {
    tasks: [taskId],
    settles: [taskId],
    proposalsOf: [taskId],
    disputesOf: [taskId],
    cashRequests: [request.id],
    parties: [stage.poster, stage.ann, stage.ben, stage.cleo],
  };
  stage.expectRefused({ name: "everything", loads: () => loads, decide: everything }, undefined, "not_allowed");
});
