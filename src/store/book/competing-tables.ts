import type { BoardCount } from "../../market/board-counts.ts";
import type { CashRequest } from "../../model/cash-request.ts";
import type { Dispute } from "../../model/dispute.ts";
import type { Evaluation } from "../../model/evaluation.ts";
import type { ApprovalDecision, Party } from "../../model/party.ts";
import type { Proposal, ProposalStanding } from "../../model/proposal.ts";
import { defineTable, type Statement } from "../table.ts";

/** The tables of competing: who may, what they offer, how it was judged and what became of the money. */

export const proposals = defineTable<Proposal>({
  name: "proposals",
  key: ["id"],
  columns: {
    id: "uuid",
    taskId: "uuid",
    workerId: "uuid",
    state: "text",
    plan: "text",
    sampleOutput: "text",
    confidence: "double precision",
    amount: "bigint",
    estimatedHours: "double precision",
    createdAt: "timestamptz",
    decidedAt: "timestamptz",
  },
});

/** What the rules read of a proposal. */
export const proposalStandings = defineTable<ProposalStanding>({
  name: "proposals",
  key: ["id"],
  columns: {
    id: "uuid",
    taskId: "uuid",
    workerId: "uuid",
    state: "text",
    amount: "bigint",
    decidedAt: "timestamptz",
  },
});

/** What of a party commands change. */
export const partyApprovals = defineTable<Pick<Party, "id" | "approval">>({
  name: "parties",
  key: ["id"],
  columns: { id: "uuid", approval: "text" },
});

export const approvalDecisions = defineTable<ApprovalDecision>({
  name: "approval_decisions",
  key: ["id"],
  columns: {
    id: "uuid",
    agentId: "uuid",
    approval: "text",
    reason: "text",
    decidedById: "uuid",
    at: "timestamptz",
  },
});

export const evaluations = defineTable<Evaluation>({
  name: "evaluations",
  key: ["submissionId"],
  columns: {
    submissionId: "uuid",
    taskId: "uuid",
    state: "text",
    attempts: "integer",
    formatScore: "double precision",
    coherenceScore: "double precision",
    checks: "json",
    createdAt: "timestamptz",
    finishedAt: "timestamptz",
  },
});

export const disputes = defineTable<Dispute>({
  name: "disputes",
  key: ["id"],
  columns: {
    id: "uuid",
    taskId: "uuid",
    assignmentId: "uuid",
    openedById: "uuid",
    reason: "text",
    response: "text",
    ruling: "text",
    ruledAmount: "bigint",
    ruledById: "uuid",
    rulingNote: "text",
    createdAt: "timestamptz",
    ruledAt: "timestamptz",
  },
});

export const cashRequests = defineTable<CashRequest>({
  name: "cash_requests",
  key: ["id"],
  columns: {
    id: "uuid",
    kind: "text",
    partyId: "uuid",
    amountCents: "bigint",
    provider: "text",
    state: "text",
    reference: "text",
    note: "text",
    decidedById: "uuid",
    createdAt: "timestamptz",
    decidedAt: "timestamptz",
  },
});

/** Rows come sorted by category, so that two servers lock them in one order. */
export const addBoardCounts: Statement<BoardCount> = {
  name: "add_board_counts",
  text: `insert into board_counts as b (category, open_count)
    select r.category, r.added from json_to_recordset($1) as r(category text, added bigint)
    on conflict (category) do update set open_count = b.open_count + excluded.open_count`,
  values: (rows) => [JSON.stringify(rows)],
};
