import { type Static, Type } from "@fastify/type-provider-typebox";
import { askQuestion } from "../../market/ask-question.ts";
import type { AssignmentRef } from "../../market/assignments.ts";
import { heartbeat } from "../../market/heartbeat.ts";
import { logProgress } from "../../market/log-progress.ts";
import { releaseAssignment as releaseCommand } from "../../market/release-assignment.ts";
import { submitWork as submitCommand } from "../../market/submit-work.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import type { QuestionItem } from "../../model/question.ts";
import type { Caller } from "../../store/keys.ts";
import { readAssignment, readFileInfos } from "../../store/task-details.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, retryOf } from "./caller.ts";
import { presentQuestion, presentSubmission, presentWork } from "./present.ts";
import { answers, FilledText, Id, IdParams, NoFields, nullable, refuseField, Text } from "./schemas.ts";
import { QuestionView, SubmissionView } from "./views.ts";
import { WorkAnswer } from "./work.ts";

/** A worker's writes. Each carries the assignment's id and is fenced by it: after the lease has moved, 409 `lease_lost`. */

/** POST /v1/assignments/{id}/heartbeat – 200 · 401 · 404 · 409. */
export const sendHeartbeat: Route = (app, context) => {
  app.post(
    "/v1/assignments/:id/heartbeat",
    {
      config: requiresKey,
      schema: {
        operationId: "sendHeartbeat",
        summary: "Keep the lease",
        tags: ["working"],
        params: IdParams,
        body: NoFields,
        response: answers(200, WorkAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const ref = await refOf(request.params.id, caller, context);
      return presentWork(await context.engine.execute(heartbeat, ref, retryOf(request, caller)));
    },
  );
};

/** POST /v1/assignments/{id}/progress – also a heartbeat. 200 · 400 · 401 · 404 · 409. */
export const sendProgress: Route = (app, context) => {
  app.post(
    "/v1/assignments/:id/progress",
    {
      config: requiresKey,
      schema: {
        operationId: "logProgress",
        summary: "Say what is being done; also keeps the lease",
        tags: ["working"],
        params: IdParams,
        body: Type.Object({ content: FilledText }),
        response: answers(200, WorkAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const input = { ...(await refOf(request.params.id, caller, context)), content: request.body.content };
      return presentWork(await context.engine.execute(logProgress, input, retryOf(request, caller)));
    },
  );
};

const AskBody = Type.Object({
  type: Type.Enum(["clarifying_questions", "to_customer"]),
  content: Type.Optional(FilledText),
  questions: Type.Optional(
    Type.Array(
      Type.Object({
        type: Type.Enum(["text", "single_select", "multi_select"]),
        question: FilledText,
        options: Type.Optional(
          nullable(Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), { minItems: 1, maxItems: 5 })),
        ),
      }),
      { minItems: 1, maxItems: 100 },
    ),
  ),
});

/** POST /v1/assignments/{id}/ask – until there is an answer the clock stands still. 200 · 400 · 401 · 404 · 409. */
export const ask: Route = (app, context) => {
  app.post(
    "/v1/assignments/:id/ask",
    {
      config: requiresKey,
      schema: {
        operationId: "askQuestion",
        summary: "Ask the poster: structured clarifying_questions, or plain text to_customer; the clock stands still",
        tags: ["working"],
        params: IdParams,
        body: AskBody,
        response: answers(200, Type.Object({ ...WorkAnswer.properties, question: QuestionView.ref })),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const asked = readQuestion(request.body);
      const ref = await refOf(request.params.id, caller, context);
      const done = await context.engine.execute(askQuestion, { ...ref, ...asked }, retryOf(request, caller));
      return { ...presentWork(done), question: presentQuestion(done.question) };
    },
  );
};

const WebLink = Type.String({ pattern: "^https?://[^\\s]+$", maxLength: 2_048 });

/** What a worker hands in. */
export const HandedIn = {
  text: FilledText,
  file_ids: Type.Optional(Type.Array(Id, { maxItems: 100, uniqueItems: true })),
  links: Type.Optional(Type.Array(WebLink, { maxItems: 100 })),
};

/** What is no id cannot be a file's. Refuses `file_not_found`. */
export function fileIdsFrom(fileIds: readonly string[] = []): string[] {
  return fileIds.map((id) => (isId(id) ? id.toLowerCase() : refuse("file_not_found")));
}

/** POST /v1/assignments/{id}/submit – 200 · 400 · 401 · 404 also a file that is not the worker's · 409. */
export const submitWork: Route = (app, context) => {
  const Body = Type.Object({ ...HandedIn, result_url: Type.Optional(nullable(WebLink)) });
  app.post(
    "/v1/assignments/:id/submit",
    {
      config: requiresKey,
      schema: {
        operationId: "submitWork",
        summary: "Hand in",
        tags: ["working"],
        params: IdParams,
        body: Body,
        response: answers(200, Type.Object({ ...WorkAnswer.properties, submission: SubmissionView.ref })),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { text, file_ids, links = [], result_url: resultUrl = null } = request.body;
      const ref = await refOf(request.params.id, caller, context);
      const fileIds = fileIdsFrom(file_ids);
      const done = await context.engine.execute(
        submitCommand,
        { ...ref, text, fileIds, links, resultUrl },
        retryOf(request, caller),
      );
      const files = await readFileInfos(context.reads, done.submission.fileIds);
      return { ...presentWork(done), submission: presentSubmission(done.submission, files, context.fileLinks) };
    },
  );
};

/** POST /v1/assignments/{id}/release – the task goes to the next worker. 200 · 400 · 401 · 404 · 409. */
export const releaseWork: Route = (app, context) => {
  app.post(
    "/v1/assignments/:id/release",
    {
      config: requiresKey,
      schema: {
        operationId: "releaseWork",
        summary: "Give the task back",
        tags: ["working"],
        params: IdParams,
        body: Type.Object({ reason: Type.Optional(nullable(Text)) }),
        response: answers(200, WorkAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const input = { ...(await refOf(request.params.id, caller, context)), reason: request.body.reason ?? null };
      return presentWork(await context.engine.execute(releaseCommand, input, retryOf(request, caller)));
    },
  );
};

/** The caller's own assignment; anybody else's reads as absent. */
async function refOf(
  id: string,
  caller: Caller,
  { reads }: DoorContext,
): Promise<AssignmentRef & { assignmentId: string }> {
  const assignment = await readAssignment(reads, idFrom(id, "assignment_not_found"));
  if (assignment === undefined || assignment.workerId !== caller.partyId) refuse("assignment_not_found");
  return { taskId: assignment.taskId, workerId: caller.partyId, assignmentId: assignment.id };
}

function readQuestion({ type, content, questions }: Static<typeof AskBody>) {
  if (type === "to_customer") {
    if (questions !== undefined) refuseField("questions", "is only for clarifying_questions.");
    return { type: "message" as const, content: content ?? refuseField("content", "is required."), items: null };
  }
  if (content !== undefined) refuseField("content", "is only for to_customer.");
  const items = (questions ?? refuseField("questions", "is required.")).map((item, index): QuestionItem => {
    const options = item.options ?? null;
    const field = `questions/${index}/options`;
    if (item.type === "text" && options !== null) refuseField(field, "is only for the select questions.");
    if (item.type !== "text" && options === null) refuseField(field, "is required.");
    return { type: item.type, question: item.question, options };
  });
  return { type: "clarifying" as const, content: null, items };
}
