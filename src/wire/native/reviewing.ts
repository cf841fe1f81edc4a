import { Type } from "@fastify/type-provider-typebox";
import { answerQuestion } from "../../market/answer-question.ts";
import { approveSubmission } from "../../market/approve-submission.ts";
import { cancelTask as cancelTaskCommand } from "../../market/cancel-task.ts";
import { rejectSubmission } from "../../market/reject-submission.ts";
import { requestRevision as requestRevisionCommand } from "../../market/request-revision.ts";
import { readWorkerOf } from "../../store/task-submissions.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { retryOf } from "./caller.ts";
import { presentQuestion, presentTask } from "./present.ts";
import { answers, FilledText, IdParams, NoFields, nullable, refuseField, Text } from "./schemas.ts";
import { seenTask } from "./seen-task.ts";
import { choiceFrom, SubmissionChoice } from "./task-extras.ts";
import { QuestionView, TaskView } from "./views.ts";

/** What the poster does while others work: answer, judge, take back. */

const TaskAnswer = Type.Object({ task: TaskView.ref });
const Reason = Type.Optional(nullable(Text));
const maxCriteria = 20;
const Scores = Type.Unsafe<Record<string, number>>({
  type: "object",
  propertyNames: { type: "string", minLength: 1, maxLength: 64, pattern: "\\S" },
  additionalProperties: { type: "integer", minimum: 1, maximum: 5 },
  maxProperties: maxCriteria,
  description: '1 to 5 for each criterion, at most 20: {"accuracy": 5}',
});

/** POST /v1/tasks/{id}/answer – the first of two answers counts. 200 · 400 · 401 · 403 · 404 · 409 nothing is asked. */
export const answerTask: Route = (app, context) => {
  const Body = Type.Object({
    content: Type.Optional(FilledText),
    answers: Type.Optional(
      Type.Array(
        Type.Object({
          question_index: Type.Integer({ minimum: 0, maximum: 100 }),
          selected: Type.Union([FilledText, Type.Array(FilledText, { minItems: 1, maxItems: 100 })]),
        }),
        { minItems: 1, maxItems: 100 },
      ),
    ),
  });
  app.post(
    "/v1/tasks/:id/answer",
    {
      config: requiresKey,
      schema: {
        operationId: "answerQuestion",
        summary: "Answer the open question, by text or by structured answers; the worker's clock goes on",
        tags: ["tasks"],
        params: IdParams,
        body: Body,
        response: answers(200, Type.Object({ task: TaskView.ref, question: QuestionView.ref })),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { content = null, answers: given } = request.body;
      if (content === null && given === undefined) refuseField("content", 'or "answers" is required.');
      const { task, question } = await context.engine.execute(
        answerQuestion,
        {
          taskId: (await seenTask(request.params.id, caller, context)).taskId,
          posterId: caller.partyId,
          answers: given?.map(({ question_index, selected }) => ({ questionIndex: question_index, selected })) ?? null,
          text: given === undefined ? content : null,
        },
        retryOf(request, caller),
      );
      return { task: presentTask(task, question.askerId), question: presentQuestion(question) };
    },
  );
};

/** POST /v1/tasks/{id}/approve – pays the worker. 200 · 400 · 401 · 403 · 404 · 409 nothing is in review. */
export const approveTask: Route = (app, context) => {
  const Body = Type.Object({
    submission_id: SubmissionChoice,
    rating: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 5 }))),
    scores: Type.Optional(nullable(Scores)),
    feedback: Type.Optional(nullable(Text)),
  });
  app.post(
    "/v1/tasks/:id/approve",
    {
      config: requiresKey,
      schema: {
        operationId: "approveTask",
        summary: "Accept the submission under review; pays the worker",
        tags: ["reviewing"],
        params: IdParams,
        body: Body,
        response: answers(200, TaskAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { rating = null, feedback = null, scores = null } = request.body;
      const { taskId, workerId } = await seenTask(request.params.id, caller, context);
      const submissionId = choiceFrom(request.body);
      const input = { taskId, reviewerId: caller.partyId, submissionId, rating, feedback, scores };
      const { task } = await context.engine.execute(approveSubmission, input, retryOf(request, caller));
      return {
        task: presentTask(task, submissionId === null ? workerId : await readWorkerOf(context.reads, submissionId)),
      };
    },
  );
};

/** POST /v1/tasks/{id}/request-revision – the worker's time starts anew. 200 · 400 · 401 · 403 · 404 · 409. */
export const requestRevision: Route = (app, context) => {
  const Body = Type.Object({ submission_id: SubmissionChoice, reason: Reason });
  app.post(
    "/v1/tasks/:id/request-revision",
    {
      config: requiresKey,
      schema: {
        operationId: "requestRevision",
        summary: "Send the submission under review back to its worker",
        tags: ["reviewing"],
        params: IdParams,
        body: Body,
        response: answers(200, TaskAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { taskId, workerId } = await seenTask(request.params.id, caller, context);
      const submissionId = choiceFrom(request.body);
      const input = { taskId, posterId: caller.partyId, submissionId, reason: request.body.reason ?? null };
      const { task } = await context.engine.execute(requestRevisionCommand, input, retryOf(request, caller));
      return { task: presentTask(task, workerId) };
    },
  );
};

/** POST /v1/tasks/{id}/reject – for good: unpaid; the task opens again unless `cancel`. 200 · 400 · 401 · 403 · 404 · 409. */
export const rejectTask: Route = (app, context) => {
  const Body = Type.Object({
    submission_id: SubmissionChoice,
    reason: Reason,
    cancel: Type.Optional(Type.Boolean({ default: false })),
  });
  app.post(
    "/v1/tasks/:id/reject",
    {
      config: requiresKey,
      schema: {
        operationId: "rejectTask",
        summary: "Reject the submission under review for good; the task opens again, or ends with `cancel`",
        tags: ["reviewing"],
        params: IdParams,
        body: Body,
        response: answers(200, TaskAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { reason = null, cancel = false } = request.body;
      const { taskId } = await seenTask(request.params.id, caller, context);
      const submissionId = choiceFrom(request.body);
      const input = { taskId, posterId: caller.partyId, submissionId, reason, cancel };
      const { task } = await context.engine.execute(rejectSubmission, input, retryOf(request, caller));
      // Of several submissions others may be left to judge.
      const left = task.state === "in_review" ? (await seenTask(taskId, caller, context)).workerId : null;
      return { task: presentTask(task, left) };
    },
  );
};

/** POST /v1/tasks/{id}/cancel – the budget returns; a second time changes nothing. 200 · 401 · 403 · 404 · 409 work has begun. */
export const cancelTask: Route = (app, context) => {
  app.post(
    "/v1/tasks/:id/cancel",
    {
      config: requiresKey,
      schema: {
        operationId: "cancelTask",
        summary: "Take a task back that nobody works on; its budget returns",
        tags: ["tasks"],
        params: IdParams,
        body: NoFields,
        response: answers(200, TaskAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { taskId } = await seenTask(request.params.id, caller, context);
      const input = { taskId, posterId: caller.partyId };
      const { task } = await context.engine.execute(cancelTaskCommand, input, retryOf(request, caller));
      return { task: presentTask(task, null) };
    },
  );
};
