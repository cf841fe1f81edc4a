import { approveSubmission } from "../../market/approve-submission.ts";
import { requestRevision } from "../../market/request-revision.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { presentReviewedTask } from "./present.ts";
import { answers, Feedback, ReviewedAnswer, TaskId } from "./schemas.ts";

/**
 * POST /tasks/:id/feedback – seed 000, "Approve and rate a submission": pays whatever the rating. `approve: false` asks
 * for a revision instead. Answered from what the command did and nothing read later, so that a retry is answered alike.
 * 200 · 400 · 401 · 404 · 409 nothing submitted, decided already, revisions used up · 429.
 */
export const giveFeedback: Route = (app, { engine, clubTasks }) => {
  app.post(
    "/api/agent/v1/tasks/:id/feedback",
    { config: requiresKey, schema: { params: TaskId, body: Feedback, response: answers(200, ReviewedAnswer) } },
    async (request) => {
      const { partyId } = callerOf(request);
      const { approve = true, rating = null, feedback = null } = request.body;
      if (approve && rating === null) refuse("validation_failed", { message: '"rating" is required.' });
      if (!approve && rating !== null) {
        refuse("validation_failed", { message: '"rating" goes with an approval, not with a request for a revision.' });
      }
      const options = { idempotency: idempotencyOf(request, partyId) };
      const { id } = request.params;
      if (!isId(id)) refuse("task_not_found");
      const { id: taskId } = (await clubTasks.find(id, partyId)) ?? refuse("task_not_found");
      const { task: after } = approve
        ? await engine.execute(approveSubmission, { taskId, reviewerId: partyId, rating, feedback }, options)
        : await engine.execute(requestRevision, { taskId, posterId: partyId, reason: feedback }, options);
      const task = presentReviewedTask(after, { rating, feedback });
      return { ...task, task };
    },
  );
};
