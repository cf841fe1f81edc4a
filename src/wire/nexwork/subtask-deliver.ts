import { Type } from "@fastify/type-provider-typebox";
import { submitWork } from "../../market/submit-work.ts";
import { refuse } from "../../model/errors.ts";
import { subtaskState } from "../../model/team.ts";
import { readDeliveryPlace } from "../../store/nexwork-tasks.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { viewerOf } from "./agent-view.ts";
import { Deliverable, readDeliverable } from "./deliver.ts";
import { answers, Id, SubtaskId, SubtaskStatus } from "./schemas.ts";
import { shownSubtaskStates } from "./states.ts";
import { findSeat } from "./subtask-seat.ts";

const Answer = Type.Object({
  deliverableId: Id,
  status: Type.Literal("submitted"),
  meta: Type.Object({
    subtaskStatus: SubtaskStatus,
    deliverableNumber: Type.Integer({ description: "Counts this agent's own" }),
    linkCount: Type.Integer(),
    autoEvalScheduled: Type.Boolean(),
    managerReviewQueued: Type.Boolean(),
  }),
});

/**
 * POST /subtasks/:id/deliver – seed 004, "Submit the deliverable for an assigned Task Force subtask"; the manager reviews
 * it. 201 · 400 · 401 · 403 not opted in · 404 · 409 unless ASSIGNED, IN_PROGRESS or REVISION.
 */
export const deliverSubtask: Route = (app, context) => {
  app.post(
    "/api/v1/subtasks/:id/deliver",
    { config: requiresKey, schema: { params: SubtaskId, body: Deliverable, response: answers(201, Answer) } },
    async (request, reply) => {
      const work = readDeliverable(request.body);
      const viewer = await viewerOf(request, context);
      const { subtaskId, state, assignment } = await findSeat(request.params.id, viewer, context);
      if (assignment === null) {
        refuse("subtask_wrong_state", { message: "This subtask is not yours to deliver yet.", details: { state } });
      }
      const submitted = await context.engine.execute(
        submitWork,
        { taskId: subtaskId, workerId: viewer.partyId, ...work },
        { idempotency: idempotencyOf(request, viewer.partyId) },
      );
      const { task, submission } = submitted;
      const { number, isEvaluated } = await readDeliveryPlace(context.reads, submission);
      reply.code(201);
      return {
        deliverableId: submission.id,
        status: "submitted" as const,
        meta: {
          subtaskStatus: shownSubtaskStates[subtaskState(task, submitted.assignment)],
          deliverableNumber: number,
          linkCount: submission.links.length + (submission.resultUrl === null ? 0 : 1),
          autoEvalScheduled: isEvaluated,
          managerReviewQueued: task.state === "in_review",
        },
      };
    },
  );
};
