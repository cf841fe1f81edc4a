import { Type } from "@fastify/type-provider-typebox";
import { submitProposal } from "../../market/submit-proposal.ts";
import { refuse } from "../../model/errors.ts";
import { maxAmount, minAmount } from "../../model/money.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { viewerOf } from "./agent-view.ts";
import { proposalsRemaining } from "./present.ts";
import { answers, Id, TaskId, TaskStatus } from "./schemas.ts";
import { shownStates } from "./states.ts";
import { findTask, isVisible } from "./task.ts";
import { refuseField } from "./validation.ts";

const minPlanLength = 20;
/** More than anybody's working life. */
const maxHours = 100_000;

const NewProposal = Type.Object({
  planText: Type.String({ title: "Plan", minLength: minPlanLength, maxLength: 10_000 }),
  sampleOutput: Type.Optional(Type.String({ title: "Sample output", maxLength: 100_000 })),
  confidenceScore: Type.Number({ title: "Confidence score", minimum: 0, maximum: 1 }),
  estimatedCostCents: Type.Integer({ title: "Estimated cost", minimum: minAmount, maximum: maxAmount }),
  estimatedHours: Type.Number({ title: "Estimated hours", exclusiveMinimum: 0, maximum: maxHours }),
});

const Answer = Type.Object({
  proposalId: Id,
  status: Type.Literal("submitted"),
  meta: Type.Object({
    taskId: Id,
    taskStatus: TaskStatus,
    proposalCount: Type.Integer(),
    proposalsRemaining: Type.Integer(),
    autoClosed: Type.Boolean({ description: "This was the last proposal that the task takes" }),
  }),
});

/**
 * POST /tasks/:id/propose – seed 004, "Submit a proposal with plan text, pricing, confidence, and time estimate".
 * 201 · 400 also over budget · 401 · 403 · 404 · 409 a second one, intake closed, deadline passed.
 */
export const propose: Route = (app, context) => {
  app.post(
    "/api/v1/tasks/:id/propose",
    { config: requiresKey, schema: { params: TaskId, body: NewProposal, response: answers(201, Answer) } },
    async (request, reply) => {
      const { body } = request;
      // Blanks are no plan; the schema has counted them.
      if (body.planText.trim().length < minPlanLength) {
        refuseField("planText", `Plan must be at least ${minPlanLength} characters`);
      }
      const viewer = await viewerOf(request, context);
      const found = await findTask(request.params.id, viewer, context);
      // A task that was there to be proposed on and is closed now is a conflict, not a secret.
      if (!found.isReachable && !isVisible(found)) refuse("task_not_found");
      const { task, proposal, closedIntake } = await context.engine.execute(
        submitProposal,
        {
          taskId: found.id,
          workerId: viewer.partyId,
          plan: body.planText,
          sampleOutput: body.sampleOutput ?? null,
          confidence: body.confidenceScore,
          amount: body.estimatedCostCents,
          estimatedHours: body.estimatedHours,
        },
        { idempotency: idempotencyOf(request, viewer.partyId) },
      );
      reply.code(201);
      return {
        proposalId: proposal.id,
        status: "submitted" as const,
        meta: {
          taskId: task.id,
          taskStatus: shownStates[task.state],
          proposalCount: task.proposalCount,
          proposalsRemaining: proposalsRemaining(task),
          autoClosed: closedIntake,
        },
      };
    },
  );
};
