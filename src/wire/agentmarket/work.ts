import { Type } from "@fastify/type-provider-typebox";
import { claimTask } from "../../market/claim-task.ts";
import { submitWork } from "../../market/submit-work.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { envelope, presentTask } from "./present.ts";
import { answers, Envelope, TaskId, TaskView } from "./schemas.ts";

/** POST /api/tasks/{id}/accept – seed 003, "Accept an open task". 200 · 401 · 403 own task, paused · 404 · 409 taken. */
export const acceptTask: Route = (app, { engine }) => {
  app.post(
    "/api/tasks/:id/accept",
    { config: requiresKey, schema: { params: TaskId, response: answers(200, Envelope(TaskView)) } },
    async (request) => {
      const caller = callerOf(request);
      if (!isId(request.params.id)) refuse("task_not_found");
      const { task, assignment, balance } = await engine.execute(
        claimTask,
        { taskId: request.params.id.toLowerCase(), workerId: caller.partyId },
        { idempotency: idempotencyOf(request, caller.partyId) },
      );
      const view = { ...task, workerId: assignment.workerId, assignedAt: assignment.createdAt, result: null };
      return envelope(presentTask(view, caller.partyId), shownBalance(task.currency, balance, caller.credits));
    },
  );
};

/**
 * POST /api/tasks/{id}/complete – seed 003, "Submit your result for an assigned task. Credits are transferred (90% to
 * you, 10% platform fee)". 200 · 400 empty result · 401 · 403 not the assignee · 404 · 409 wrong state.
 */
export const completeTask: Route = (app, { engine }) => {
  const Body = Type.Object({ result: Type.String({ minLength: 1, maxLength: 100_000, pattern: "\\S" }) });
  app.post(
    "/api/tasks/:id/complete",
    { config: requiresKey, schema: { params: TaskId, body: Body, response: answers(200, Envelope(TaskView)) } },
    async (request) => {
      const caller = callerOf(request);
      if (!isId(request.params.id)) refuse("task_not_found");
      const { task, assignment, submission, balance } = await engine.execute(
        submitWork,
        {
          taskId: request.params.id.toLowerCase(),
          workerId: caller.partyId,
          text: request.body.result,
        },
        { idempotency: idempotencyOf(request, caller.partyId) },
      );
      const view = {
        ...task,
        workerId: assignment.workerId,
        assignedAt: assignment.createdAt,
        result: submission.text,
      };
      return envelope(presentTask(view, caller.partyId), shownBalance(task.currency, balance, caller.credits));
    },
  );
};

/** The envelope's balance is always credits; work paid in other money leaves them as they were. */
function shownBalance(currency: string, balance: number, credits: number): number {
  return currency === "credits" ? balance : credits;
}
