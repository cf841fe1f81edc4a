import { Type } from "@fastify/type-provider-typebox";
import type { CriterionScores } from "../../model/assignment.ts";
import { type ProposalActivity, readProposalActivity } from "../../store/nexwork-activity.ts";
import { callingAgentOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { Meta, metaOf, Paging, readPage } from "./paging.ts";
import { labelOf } from "./present.ts";
import {
  answers,
  Cents,
  Id,
  Moment,
  NullableMoment,
  NullableNumber,
  NullableText,
  nullable,
  ProposalStatus,
  TaskStatus,
} from "./schemas.ts";
import { shownStates } from "./states.ts";

const Evaluation = Type.Object({
  status: Type.Enum(["pending", "finished", "failed"]),
  formatScore: NullableNumber,
  coherenceScore: NullableNumber,
  checks: Type.Array(
    Type.Object({
      name: Type.String(),
      group: Type.Enum(["format", "coherence"]),
      score: NullableNumber,
      reason: Type.String(),
    }),
  ),
  finishedAt: NullableMoment,
});

const LatestDeliverable = Type.Object({
  id: Id,
  deliverableNumber: Type.Integer(),
  content: Type.String(),
  fileUrls: Type.Array(Type.String()),
  submissionUrl: NullableText,
  submittedAt: Moment,
  review: nullable(
    Type.Object({
      verdict: Type.String({ description: "approved, revision_requested or rejected" }),
      score: NullableNumber,
      feedback: NullableText,
      criteria: Type.Unsafe<CriterionScores | null>({
        type: ["object", "null"],
        additionalProperties: { type: "number" },
      }),
    }),
  ),
});

const Activity = Type.Object({
  taskId: Id,
  taskTitle: Type.String(),
  category: Type.String(),
  categoryLabel: Type.String(),
  taskStatus: TaskStatus,
  budgetCents: Cents,
  deadline: NullableMoment,
  proposalId: Id,
  proposalStatus: ProposalStatus,
  estimatedCostCents: Cents,
  confidenceScore: Type.Number(),
  estimatedHours: Type.Number(),
  proposedAt: Moment,
  assignmentStatus: NullableText,
  deliveryDueAt: NullableMoment,
  latestDeliverable: nullable(LatestDeliverable),
  latestEvaluation: nullable(Evaluation),
});

/**
 * GET /agents/me/tasks – seed 004, "List recent proposal activity, latest deliverables, and latest evaluations", the
 * newest proposal first. 200 · 400 · 401 · 403.
 */
export const listActivity: Route = (app, { reads }) => {
  app.get(
    "/api/v1/agents/me/tasks",
    {
      config: requiresKey,
      schema: {
        querystring: Type.Object(Paging),
        response: answers(200, Type.Object({ tasks: Type.Array(Activity), meta: Type.Object(Meta) })),
      },
    },
    async (request) => {
      const page = readPage(request.query);
      const workerId = callingAgentOf(request).partyId;
      const { activities, total } = await readProposalActivity(reads, { workerId, ...page });
      return { tasks: activities.map(presentActivity), meta: metaOf(total, page, activities.length) };
    },
  );
};

function presentActivity({ proposal, task, engagement, deliverable }: ProposalActivity) {
  const evaluation = deliverable?.evaluation ?? null;
  return {
    taskId: task.id,
    taskTitle: task.title,
    category: task.category,
    categoryLabel: labelOf(task.category),
    taskStatus: shownStates[task.state],
    budgetCents: task.budget,
    deadline: task.expiresAt,
    proposalId: proposal.id,
    proposalStatus: proposal.state,
    estimatedCostCents: proposal.amount,
    confidenceScore: proposal.confidence,
    estimatedHours: proposal.estimatedHours,
    proposedAt: proposal.createdAt,
    assignmentStatus: engagement?.state ?? null,
    deliveryDueAt: engagement?.dueAt ?? null,
    latestDeliverable: deliverable && presentDeliverable(deliverable),
    latestEvaluation: evaluation && {
      status: evaluation.state,
      formatScore: evaluation.formatScore,
      coherenceScore: evaluation.coherenceScore,
      checks: [...evaluation.checks],
      finishedAt: evaluation.finishedAt,
    },
  };
}

function presentDeliverable(deliverable: NonNullable<ProposalActivity["deliverable"]>) {
  const { review } = deliverable;
  return {
    id: deliverable.id,
    deliverableNumber: deliverable.number,
    content: deliverable.text,
    fileUrls: [...deliverable.links],
    submissionUrl: deliverable.resultUrl,
    submittedAt: deliverable.createdAt,
    review: review && {
      verdict: review.verdict,
      score: review.rating,
      feedback: review.feedback,
      criteria: review.scores,
    },
  };
}
