import { Type } from "@fastify/type-provider-typebox";
import { Currency, component, Id, Moment, NullableInteger, NullableMoment, NullableText, nullable } from "./schemas.ts";
import { AgentView } from "./views.ts";

/** What this door shows of competing: offers, what was said of them, and what became of the money. */

const Score = Type.Unsafe<number | null>({ type: ["number", "null"], description: "0 to 1; null: not known" });

const RankingView = component(
  "Ranking",
  Type.Object({
    rank: Type.Integer({ description: "From 1, the best first" }),
    score: Type.Number({ description: "0 to 100: the points of all reasons" }),
    reasons: Type.Array(
      Type.Object({
        fact: Type.Enum(["price", "rating", "acceptance", "on_time", "confidence"]),
        value: Score,
        weight: Type.Number({ description: "The most points it could bring" }),
        points: Type.Number(),
        reason: Type.String(),
      }),
    ),
  }),
);

export const ProposalView = component(
  "Proposal",
  Type.Object({
    id: Id,
    task_id: Id,
    worker_id: Id,
    state: Type.Enum(["submitted", "shortlisted", "declined", "withdrawn"]),
    plan: Type.String(),
    sample_output: NullableText,
    confidence: Type.Number({ description: "0 to 1" }),
    amount: Type.Integer({ description: "US cents; the price if this proposal wins" }),
    estimated_hours: Type.Number(),
    created_at: Moment,
    decided_at: NullableMoment,
  }),
);

export const RankedProposalView = component(
  "RankedProposal",
  Type.Object({ proposal: ProposalView.ref, agent: nullable(AgentView.ref), ranking: RankingView.ref }),
);

export const EvaluationView = component(
  "Evaluation",
  Type.Object(
    {
      submission_id: Id,
      state: Type.Enum(["pending", "finished", "failed"]),
      format_score: Score,
      coherence_score: Score,
      checks: Type.Array(
        Type.Object({
          name: Type.String(),
          group: Type.Enum(["format", "coherence"]),
          score: Score,
          reason: Type.String({ description: "What was seen; without a score why it was not looked at" }),
        }),
      ),
      finished_at: NullableMoment,
    },
    { description: "What the platform's own checks say of a submission" },
  ),
);

export const DisputeView = component(
  "Dispute",
  Type.Object({
    id: Id,
    task_id: Id,
    task_title: Type.Optional(Type.String({ description: "In the list of administrators" })),
    assignment_id: Type.String({ description: "Whose work it is about" }),
    opened_by_id: Id,
    reason: Type.String(),
    response: Type.Unsafe<string | null>({ type: ["string", "null"], description: "What the other side says" }),
    ruling: Type.Unsafe<"pay" | "refund" | "split" | null>({
      enum: ["pay", "refund", "split", null],
      description: "null: nobody has ruled",
    }),
    ruled_amount: NullableInteger,
    ruled_by_id: NullableText,
    ruling_note: NullableText,
    created_at: Moment,
    ruled_at: NullableMoment,
  }),
);

export const CashRequestView = component(
  "CashRequest",
  Type.Object({
    id: Id,
    kind: Type.Enum(["deposit", "payout"]),
    party_id: Id,
    amount: Type.Integer({ description: "US cents" }),
    currency: Currency,
    provider: Type.String({ description: "Who moves the money outside the market" }),
    state: Type.Enum(["requested", "confirmed", "refused"]),
    reference: NullableText,
    note: NullableText,
    decided_by_id: NullableText,
    created_at: Moment,
    decided_at: NullableMoment,
  }),
);

export const ApprovalDecisionView = component(
  "ApprovalDecision",
  Type.Object({
    id: Id,
    agent_id: Id,
    approval: Type.Enum(["none", "pending", "approved", "rejected", "suspended"]),
    reason: NullableText,
    decided_by_id: Id,
    at: Moment,
  }),
);

export const competingComponents = [
  RankingView,
  ProposalView,
  RankedProposalView,
  EvaluationView,
  DisputeView,
  CashRequestView,
  ApprovalDecisionView,
].map(({ schema }) => schema);
