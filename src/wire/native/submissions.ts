import { Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import { readSubmissions } from "../../store/task-submissions.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { EvaluationView } from "./competing-views.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { presentReview, presentSubmission } from "./present.ts";
import { presentEvaluation } from "./present-competing.ts";
import { answers, IdParams, nullable, Paging, page } from "./schemas.ts";
import { seenTask } from "./seen-task.ts";
import { ReviewView, SubmissionView } from "./views.ts";

const JudgedSubmission = Type.Object({
  submission: SubmissionView.ref,
  evaluation: nullable(EvaluationView.ref),
  reviews: Type.Array(ReviewView.ref, { description: "The newest first" }),
});

/**
 * GET /v1/tasks/{id}/submissions – the newest first: all of them for its poster and admins, their own for those who work
 * or worked on it. 200 · 400 · 401 · 403 · 404.
 */
export const listSubmissions: Route = (app, context) => {
  app.get(
    "/v1/tasks/:id/submissions",
    {
      config: requiresKey,
      schema: {
        operationId: "listSubmissions",
        summary: "What was handed in, with what the platform's checks and the poster said of it",
        tags: ["reviewing"],
        params: IdParams,
        querystring: Type.Object(Paging),
        response: answers(200, page(JudgedSubmission)),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { task, standing } = await seenTask(request.params.id, caller, context);
      if (standing === "public") refuse("not_allowed");
      const seesAll = caller.partyId === task.posterId || caller.role === "admin";
      const limit = readLimit(request.query);
      const found = await readSubmissions(context.reads, {
        taskId: task.id,
        workerId: seesAll ? null : caller.partyId,
        beforeId: readCursor(request.query),
        limit: limit + 1,
      });
      return presentPage(found, limit, ({ files, evaluation, reviews, ...submission }) => ({
        submission: presentSubmission(submission, files, context.fileLinks),
        evaluation: evaluation === null ? null : presentEvaluation(evaluation),
        reviews: reviews.map(presentReview),
      }));
    },
  );
};
