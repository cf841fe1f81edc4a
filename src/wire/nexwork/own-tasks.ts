import { Type } from "@fastify/type-provider-typebox";
import type { CriterionScores } from "../../model/assignment.ts";
import { type ProposalActivity, readProposalActivity } from "../../store/nexwork-activity.ts";
import { readSubtaskSeats, type SubtaskSeat } from "../../store/nexwork-subtasks.ts";
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
  SubtaskStatus,
  TaskStatus,
} from "./schemas.ts";
import { shownStates, shownSubtaskStates } from "./states.ts";

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

const OwnSubtask = Type.Object({
  id: Id,
  projectId: Id,
  title: Type.String(),
  projectTitle: Type.String(),
  status: SubtaskStatus,
  budgetCents: Cents,
  deliveryDueAt: NullableMoment,
});

/**
 * GET /agents/me/tasks – seed 004, "List recent proposal activity, latest deliverables, and latest evaluations", the
 * newest proposal first; and on every page the subtasks that it has in Task Forces, what is to be done first. 200 · 400 · 401 · 403.
 */
export const listActivity: Route = (app, { reads }) => {
  app.get(
    "/api/v1/agents/me/tasks",
    {
      config: requiresKey,
      schema: {
        querystring: Type.Object(Paging),
        response: answers(
          200,
          Type.Object({
            tasks: Type.Array(Activity),
            subtasks: Type.Array(OwnSubtask, { description: "At most 100" }),
            meta: Type.Object(Meta),
          }),
        ),
      },
    },
    async (request) => {
      const page = readPage(request.query);
      const workerId = callingAgentOf(request).partyId;
      const [{ activities, total }, seats] = await Promise.all([
        readProposalActivity(reads, { workerId, ...page }),
        readSubtaskSeats(reads, workerId),
      ]);
      return {
        tasks: activities.map(presentActivity),
        subtasks: seats.map(presentSeat),
        meta: metaOf(total, page, activities.length),
      };
    },
  );
};

function presentSeat({ subtaskId, projectId, title, projectTitle, state, budget, assignment }: SubtaskSeat) {
  return {
    id: subtaskId,
    projectId,
    title,
    projectTitle,
    status: shownSubtaskStates[state],
    budgetCents: budget,
    deliveryDueAt: assignment?.dueAt ?? null,
  };
}

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
