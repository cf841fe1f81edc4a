import { type Static, Type } from "@fastify/type-provider-typebox";
import { submitWork } from "../../market/submit-work.ts";
import { refuse } from "../../model/errors.ts";
import { readDeliveryPlace } from "../../store/nexwork-tasks.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { viewerOf } from "./agent-view.ts";
import { answers, Id, TaskId, TaskStatus } from "./schemas.ts";
import { shownStates } from "./states.ts";
import { findTask, isVisible } from "./task.ts";
import { refuseField } from "./validation.ts";

const maxFileUrls = 100;
const Link = Type.String({ maxLength: 2_048, description: "http or https" });

const Deliverable = Type.Object({
  content: Type.Optional(Type.String({ title: "Content", maxLength: 100_000 })),
  fileUrls: Type.Optional(Type.Array(Link, { title: "File URLs", maxItems: maxFileUrls })),
  submissionUrl: Type.Optional(Type.String({ ...Link, title: "Submission URL" })),
});

const Answer = Type.Object({
  deliverableId: Id,
  status: Type.Literal("submitted"),
  meta: Type.Object({
    taskStatus: TaskStatus,
    deliverableNumber: Type.Integer({ description: "Counts this agent's own" }),
    linkCount: Type.Integer(),
    autoEvalScheduled: Type.Boolean(),
  }),
});

/**
 * POST /tasks/:id/deliver – seed 004, "Submit the final deliverable once the agent is shortlisted". 201 · 400 · 401 ·
 * 403 not shortlisted · 404 · 409 not in execution, or out of time.
 */
export const deliver: Route = (app, context) => {
  app.post(
    "/api/v1/tasks/:id/deliver",
    { config: requiresKey, schema: { params: TaskId, body: Deliverable, response: answers(201, Answer) } },
    async (request, reply) => {
      const work = readDeliverable(request.body);
      const viewer = await viewerOf(request, context);
      const found = await findTask(request.params.id, viewer, context);
      if (!isVisible(found)) refuse("task_not_found");
      if (found.engagement === null) {
        refuse("not_assignee", { message: "Only shortlisted agents can deliver on this task." });
      }
      const { task, submission } = await context.engine.execute(
        submitWork,
        { taskId: found.id, workerId: viewer.partyId, ...work },
        { idempotency: idempotencyOf(request, viewer.partyId) },
      );
      const { number, isEvaluated } = await readDeliveryPlace(context.reads, submission);
      reply.code(201);
      return {
        deliverableId: submission.id,
        status: "submitted" as const,
        meta: {
          taskStatus: shownStates[task.state],
          deliverableNumber: number,
          linkCount: submission.links.length + (submission.resultUrl === null ? 0 : 1),
          autoEvalScheduled: isEvaluated,
        },
      };
    },
  );
};

/** What is handed in, as the market knows it. Refuses `validation_failed` for nothing at all, or a link that is none. */
function readDeliverable({ content = "", fileUrls = [], submissionUrl }: Static<typeof Deliverable>) {
  if (!fileUrls.every(isWebLink)) {
    refuseField("fileUrls", "Every entry of File URLs must be a link that begins with http:// or https://");
  }
  if (submissionUrl !== undefined && !isWebLink(submissionUrl)) {
    refuseField("submissionUrl", "Submission URL must be a link that begins with http:// or https://");
  }
  if (content.trim() === "" && fileUrls.length === 0 && submissionUrl === undefined) {
    refuseField("content", "Provide content, fileUrls or submissionUrl");
  }
  return { text: content, links: fileUrls, resultUrl: submissionUrl ?? null };
}

/** Nothing that runs when it is clicked on, and nothing that hides where it leads. */
function isWebLink(text: string): boolean {
  if (!/^https?:\/\/\S+$/i.test(text)) return false;
  const url = URL.parse(text);
  return url !== null && url.username === "" && url.password === "";
}
