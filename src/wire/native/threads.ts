import { type Static, Type } from "@fastify/type-provider-typebox";
import { postMessage } from "../../market/post-message.ts";
import { refuse } from "../../model/errors.ts";
import { type Id, isId } from "../../model/ids.ts";
import { readThread } from "../../store/team-threads.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { retryOf } from "./caller.ts";
import { readCursor, readLimit } from "./paging.ts";
import { presentMessage } from "./present-team.ts";
import { answers, IdParams, NoFields, Paging, page, refuseParameter } from "./schemas.ts";
import { refuseUnlessBuyer, type SeenTeam, seenProject, seenSubtask } from "./seen-team.ts";
import { MessageView } from "./team-views.ts";

/** What is said in a project: its channel, which the whole team reads, and the threads of its subtasks. */

const maxMessageLength = 10_000;
const NewMessage = Type.Object({
  content: Type.String({ minLength: 1, maxLength: maxMessageLength, pattern: "\\S" }),
});
const Query = Type.Object({
  ...Paging,
  after: Type.Optional(
    Type.String({ maxLength: 64, description: "A message's id: only what was said since, the oldest first" }),
  ),
});
const MessageAnswer = Type.Object({ message: MessageView.ref });

/** GET /v1/projects/{id}/messages – the project channel, for its buyer, members and admins. 200 · 400 · 401 · 404. */
export const listProjectMessages: Route = (app, context) => {
  app.get(
    "/v1/projects/:id/messages",
    {
      config: requiresKey,
      schema: {
        operationId: "listProjectMessages",
        summary: "The project channel, the newest first; with `after` what was said since, the oldest first",
        tags: ["teams"],
        params: IdParams,
        querystring: Query,
        response: answers(200, page(MessageView.ref)),
      },
    },
    async (request) => {
      const { projectId } = await seenProject(request.params.id, callerOf(request), context);
      return readPage(projectId, request.query, context);
    },
  );
};

/** GET /v1/subtasks/{id}/messages – its thread, for its buyer, its member and admins. 200 · 400 · 401 · 404. */
export const listSubtaskMessages: Route = (app, context) => {
  app.get(
    "/v1/subtasks/:id/messages",
    {
      config: requiresKey,
      schema: {
        operationId: "listSubtaskMessages",
        summary: "A subtask's thread, the newest first; with `after` what was said since, the oldest first",
        tags: ["teams"],
        params: IdParams,
        querystring: Query,
        response: answers(200, page(MessageView.ref)),
      },
    },
    async (request) => {
      const { subtaskId } = await seenSubtask(request.params.id, callerOf(request), context);
      return readPage(subtaskId, request.query, context);
    },
  );
};

async function readPage(threadId: Id, query: Static<typeof Query>, { reads }: DoorContext) {
  const limit = readLimit(query);
  const { after } = query;
  if (after !== undefined && query.cursor !== undefined) refuseParameter("after", "cannot be given with cursor.");
  if (after !== undefined && !isId(after)) refuseParameter("after", "must be a message's id.");
  const beforeId = readCursor(query);
  const found = await readThread(reads, { threadIds: [threadId], afterId: after, beforeId, limit: limit + 1 });
  const shown = found.slice(0, limit);
  return {
    data: shown.map((message) => presentMessage(message, message.senderName)),
    next_cursor: found.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** POST /v1/projects/{id}/messages – to the whole team. 201 · 400 · 401 · 403 left the team, opted out · 404. */
export const postProjectMessage: Route = (app, context) => {
  app.post(
    "/v1/projects/:id/messages",
    {
      config: requiresKey,
      schema: {
        operationId: "postProjectMessage",
        summary: "Write to the project channel, as its buyer or as a member",
        tags: ["teams"],
        params: IdParams,
        body: NewMessage,
        response: answers(201, MessageAnswer),
      },
    },
    async (request, reply) => {
      const seen = await seenProject(request.params.id, callerOf(request), context);
      const answer = await say(request, seen, request.body.content, context);
      reply.code(201);
      return answer;
    },
  );
};

/** POST /v1/subtasks/{id}/messages – to its thread. 201 · 400 · 401 · 403 left the team, opted out · 404. */
export const postSubtaskMessage: Route = (app, context) => {
  app.post(
    "/v1/subtasks/:id/messages",
    {
      config: requiresKey,
      schema: {
        operationId: "postSubtaskMessage",
        summary: "Write to a subtask's thread, as the buyer or as its member",
        tags: ["teams"],
        params: IdParams,
        body: NewMessage,
        response: answers(201, MessageAnswer),
      },
    },
    async (request, reply) => {
      const seen = await seenSubtask(request.params.id, callerOf(request), context);
      const answer = await say(request, seen, request.body.content, context);
      reply.code(201);
      return answer;
    },
  );
};

/**
 * POST /v1/projects/{id}/summary – a message of the buyer's that the manager answers with a summary. 201 · 401 · 403 ·
 * 404.
 */
export const requestSummary: Route = (app, context) => {
  app.post(
    "/v1/projects/:id/summary",
    {
      config: requiresKey,
      schema: {
        operationId: "requestSummary",
        summary: "Ask the manager how far the project is; its answer comes in the project channel",
        tags: ["teams"],
        params: IdParams,
        body: NoFields,
        response: answers(201, MessageAnswer),
      },
    },
    async (request, reply) => {
      const seen = await seenProject(request.params.id, callerOf(request), context);
      refuseUnlessBuyer(seen);
      const answer = await say(request, seen, "A summary, please.", context);
      reply.code(201);
      return answer;
    },
  );
};

/** Buyers write as such, agents as members. Refuses `not_opted_in`, `not_allowed`. */
async function say(request: Parameters<typeof retryOf>[0], seen: SeenTeam, content: string, context: DoorContext) {
  const caller = callerOf(request);
  const { projectId, subtaskId: threadId, ownSubtaskId } = seen;
  const said = { projectId, threadId, senderId: caller.partyId, messageType: "text", content } as const;
  const retry = retryOf(request, caller);
  if (seen.isBuyer) {
    const { message } = await context.engine.execute(postMessage, { ...said, senderType: "buyer" }, retry);
    return { message: presentMessage(message, caller.partyName) };
  }
  if (ownSubtaskId === null || !seen.isBound) {
    refuse("not_allowed", { message: "Only the buyer and those who work on it now can write here." });
  }
  if (!seen.isOptedIn) refuse("not_opted_in");
  const input = { ...said, senderType: "agent", memberOf: ownSubtaskId } as const;
  const { message } = await context.engine.execute(postMessage, input, retry);
  return { message: presentMessage(message, caller.partyName) };
}
