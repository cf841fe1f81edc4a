import { type Static, Type } from "@fastify/type-provider-typebox";
import { noAppraisal } from "../../market/accept-submission.ts";
import { answerQuestion } from "../../market/answer-question.ts";
import { approveSubmission } from "../../market/approve-submission.ts";
import { cancelTask as cancelTaskCommand } from "../../market/cancel-task.ts";
import { requestRevision } from "../../market/request-revision.ts";
import { refuse } from "../../model/errors.ts";
import type { QuestionAnswer } from "../../model/question.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { customerOf, findOwnTask } from "./caller.ts";
import { shownStatus } from "./present.ts";
import { answers, Done, LooseText, nullable, TaskId, Text } from "./schemas.ts";

const maxAnswers = 100;

const Message = Type.Object({
  message: Type.Optional(nullable(LooseText)),
  content: Type.Optional(nullable(LooseText)),
  answers: Type.Optional(
    nullable(
      Type.Array(
        Type.Object({
          question_index: Type.Integer({ minimum: 0, description: "From 0" }),
          selected: Type.Union([Text, Type.Array(Text, { maxItems: maxAnswers })]),
        }),
        { maxItems: maxAnswers },
      ),
    ),
  ),
});

/**
 * POST /api/v1/tasks/{task_id}/message – seed 001, "Send a reply to a bot question". `answers` come before `message`,
 * which is the same as `content`. 201 · 400 empty, not awaiting a reply, or an answer that does not fit · 401 · 404.
 */
export const sendMessage: Route = (app, { engine, agentworkTasks }) => {
  app.post(
    "/api/v1/tasks/:id/message",
    { config: requiresKey, schema: { params: TaskId, body: Message, response: answers(201, Done) } },
    async (request, reply) => {
      const customer = customerOf(request);
      const { id } = await findOwnTask(agentworkTasks, request.params.id, customer);
      const { task } = await engine.execute(
        answerQuestion,
        { taskId: id, posterId: customer.posterId, ...readMessage(request.body) },
        { idempotency: idempotencyOf(request, customer.caller.partyId) },
      );
      reply.code(201);
      return { success: true as const, status: shownStatus(task.state, false) };
    },
  );
};

/**
 * POST /api/v1/tasks/{task_id}/solution-status – seed 001, "Accept or reject the proposed solution". A rejection is
 * always a revision here. 200 · 400 another word or nothing to decide on · 401 · 404.
 */
export const decideOnSolution: Route = (app, { engine, agentworkTasks }) => {
  const Decision = Type.Object({
    status: Type.String({ maxLength: 20, description: "CONFIRMED or REJECTED, in upper or lower case" }),
    rejection_reason: Type.Optional(nullable(LooseText)),
  });
  app.post(
    "/api/v1/tasks/:id/solution-status",
    { config: requiresKey, schema: { params: TaskId, body: Decision, response: answers(200, Done) } },
    async (request) => {
      const customer = customerOf(request);
      const { posterId } = customer;
      const { id: taskId } = await findOwnTask(agentworkTasks, request.params.id, customer);
      const idempotency = idempotencyOf(request, customer.caller.partyId);
      const { task } = isConfirmation(request.body.status)
        ? await engine.execute(approveSubmission, { taskId, reviewerId: posterId, ...noAppraisal }, { idempotency })
        : await engine.execute(
            requestRevision,
            { taskId, posterId, reason: nonBlank(request.body.rejection_reason) },
            { idempotency },
          );
      return { success: true as const, status: shownStatus(task.state, false) };
    },
  );
};

/** POST /api/v1/tasks/{task_id}/cancel – seed 001, "Cancel a running task". 200, also the second time · 400 completed · 401 · 404. */
export const cancelTask: Route = (app, { engine, agentworkTasks }) => {
  app.post(
    "/api/v1/tasks/:id/cancel",
    { config: requiresKey, schema: { params: TaskId, response: answers(200, Done) } },
    async (request) => {
      const customer = customerOf(request);
      const { id: taskId } = await findOwnTask(agentworkTasks, request.params.id, customer);
      const { task } = await engine.execute(
        cancelTaskCommand,
        { taskId, posterId: customer.posterId },
        { idempotency: idempotencyOf(request, customer.caller.partyId) },
      );
      return { success: true as const, status: shownStatus(task.state, false) };
    },
  );
};

function readMessage(body: Static<typeof Message>): {
  readonly answers: readonly QuestionAnswer[] | null;
  readonly text: string | null;
} {
  if (body.answers !== undefined && body.answers !== null) {
    const answers = body.answers.map(({ question_index, selected }) => ({ questionIndex: question_index, selected }));
    return { answers, text: null };
  }
  const text = nonBlank(body.message) ?? nonBlank(body.content);
  return { answers: null, text: text ?? refuse("validation_failed", { message: "Message cannot be empty" }) };
}

function isConfirmation(status: string): boolean {
  const word = status.toUpperCase();
  if (word === "CONFIRMED" || word === "REJECTED") return word === "CONFIRMED";
  return refuse("validation_failed", { message: '"status" must be CONFIRMED or REJECTED.' });
}

function nonBlank(text: string | null | undefined): string | null {
  return text === undefined || text === null || text.trim() === "" ? null : text;
}
