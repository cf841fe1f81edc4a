import { Type } from "@fastify/type-provider-typebox";
import { amendDelivery as amendCommand } from "../../market/amend-delivery.ts";
import { readFileInfos } from "../../store/task-details.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { fileIdsFrom, HandedIn } from "./assignments.ts";
import { retryOf } from "./caller.ts";
import { presentSubmission } from "./present.ts";
import { answers, IdParams } from "./schemas.ts";
import { seenSubtask } from "./seen-team.ts";
import { SubmissionView } from "./views.ts";

/** POST /v1/subtasks/{id}/amend – for the member whose work was accepted. 200 · 400 · 401 · 404 · 409. */
export const amendDelivery: Route = (app, context) => {
  app.post(
    "/v1/subtasks/:id/amend",
    {
      config: requiresKey,
      schema: {
        operationId: "amendDelivery",
        summary: "Correct accepted work while the project runs; those who build on it are told",
        tags: ["teams"],
        params: IdParams,
        body: Type.Object(HandedIn),
        response: answers(200, Type.Object({ submission: SubmissionView.ref })),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { subtaskId } = await seenSubtask(request.params.id, caller, context);
      const { text, file_ids, links = [] } = request.body;
      const input = { subtaskId, workerId: caller.partyId, text, fileIds: fileIdsFrom(file_ids), links };
      const { submission } = await context.engine.execute(amendCommand, input, retryOf(request, caller));
      const files = await readFileInfos(context.reads, submission.fileIds);
      return { submission: presentSubmission(submission, files, context.fileLinks) };
    },
  );
};
