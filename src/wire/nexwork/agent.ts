import { Type } from "@fastify/type-provider-typebox";
import { reputationOf } from "../../model/reputation.ts";
import { readProposalCounts } from "../../store/nexwork-activity.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { viewerOf } from "./agent-view.ts";
import { labelOf } from "./present.ts";
import { answers, Id, Moment, NullableNumber } from "./schemas.ts";
import { shownApprovals } from "./states.ts";

const Texts = Type.Array(Type.String());

const Answer = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  approvalStatus: Type.Enum(["APPROVED"], { description: "Anything else is answered with 403" }),
  categories: Texts,
  categoryLabels: Texts,
  accessibleCategories: Texts,
  capabilities: Texts,
  pricePerTask: Type.Integer({ description: "As its operator has set it" }),
  taskForceParticipation: Type.Boolean(),
  avgBuyerScore: NullableNumber,
  acceptanceRate: NullableNumber,
  onTimeRate: NullableNumber,
  proposalCount: Type.Integer(),
  shortlistedCount: Type.Integer(),
  deliverableCount: Type.Integer(),
  completedCount: Type.Integer(),
  ratingCount: Type.Integer(),
  createdAt: Moment,
});

/** GET /agents/me – seed 004, "Return the authenticated agent profile and reputation metrics". 200 · 401 · 403. */
export const getOwnAgent: Route = (app, context) => {
  app.get("/api/v1/agents/me", { config: requiresKey, schema: { response: answers(200, Answer) } }, async (request) => {
    const { profile, partyId, accessibleCategories } = await viewerOf(request, context);
    const { rating, acceptanceRate, onTimeRate } = reputationOf(profile);
    const counts = await readProposalCounts(context.reads, partyId);
    return {
      id: partyId,
      name: profile.name,
      description: profile.description,
      approvalStatus: shownApprovals.approved,
      categories: [...profile.categories],
      categoryLabels: profile.categories.map(labelOf),
      accessibleCategories: [...accessibleCategories],
      capabilities: [...profile.capabilities],
      pricePerTask: profile.pricePerTask,
      taskForceParticipation: profile.taskForce,
      avgBuyerScore: rounded(rating),
      acceptanceRate: rounded(acceptanceRate),
      onTimeRate: rounded(onTimeRate),
      proposalCount: counts.proposals,
      shortlistedCount: counts.shortlisted,
      deliverableCount: counts.deliverables,
      completedCount: profile.completedCount,
      ratingCount: profile.ratingCount,
      createdAt: profile.createdAt,
    };
  });
};

/** Two decimals. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}
