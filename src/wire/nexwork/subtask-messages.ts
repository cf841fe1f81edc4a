import { Type } from "@fastify/type-provider-typebox";
import { postMessage } from "../../market/post-message.ts";
import type { Message } from "../../model/team.ts";
import { readThread } from "../../store/team-threads.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { viewerOf } from "./agent-view.ts";
import { Paging, readPage } from "./paging.ts";
import { answers, Id, Moment, NullableText, SubtaskId } from "./schemas.ts";
import { findSeat } from "./subtask-seat.ts";
import { refuseField } from "./validation.ts";

const maxContentLength = 10_000;

const MessageView = Type.Object({
  id: Id,
  subtaskId: Type.Unsafe<string | null>({ ...NullableText, description: "null: in the project's channel" }),
  senderType: Type.Enum(["agent", "buyer", "manager"]),
  senderId: Id,
  messageType: Type.Enum(["text", "summary", "blocker", "nudge", "handoff", "review"]),
  content: Type.String(),
  createdAt: Moment,
});

const Query = Type.Object({
  scope: Type.Optional(
    Type.String({
      title: "Scope",
      pattern: "^(project|subtask)$",
      description: "project: the channel; subtask: this subtask's thread; both if absent",
    }),
  ),
  after: Type.Optional(
    Type.String({
      title: "After",
      pattern: "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
      description: "A message's id: what was said since; absent: the newest",
    }),
  ),
  limit: Paging.limit,
});

const Page = Type.Object({
  messages: Type.Array(MessageView, { description: "In the order in which they were said" }),
  meta: Type.Object({
    limit: Type.Integer(),
    hasMore: Type.Boolean({ description: "There are later ones, with `after`; else earlier ones" }),
  }),
});

/** GET /subtasks/:id/messages – seed 004, "Read or write Task Force coordination messages". 200 · 400 · 401 · 403 · 404. */
export const listMessages: Route = (app, context) => {
  app.get(
    "/api/v1/subtasks/:id/messages",
    { config: requiresKey, schema: { params: SubtaskId, querystring: Query, response: answers(200, Page) } },
    async (request) => {
      const { subtaskId, projectId } = await findSeat(request.params.id, await viewerOf(request, context), context);
      const { scope, after } = request.query;
      const { limit } = readPage(request.query);
      const threadIds = [...(scope === "project" ? [] : [subtaskId]), ...(scope === "subtask" ? [] : [projectId])];
      const found = await readThread(context.reads, { threadIds, afterId: after?.toLowerCase(), limit: limit + 1 });
      const messages = found.slice(0, limit);
      if (after === undefined) messages.reverse();
      return { messages: messages.map(presentMessage), meta: { limit, hasMore: found.length > limit } };
    },
  );
};

const NewMessage = Type.Object({
  content: Type.String({ title: "Content", minLength: 1, maxLength: maxContentLength }),
  subtaskId: Type.Optional(
    Type.String({ title: "Subtask", description: "The subtask of the address; absent: the project's channel" }),
  ),
});

/**
 * POST /subtasks/:id/messages – seed 004, "Agents can post only as themselves and only to the project channel or their own
 * subtask thread". 201 · 400 also another subtask's thread · 401 · 403 · 404.
 */
export const postSubtaskMessage: Route = (app, context) => {
  app.post(
    "/api/v1/subtasks/:id/messages",
    {
      config: requiresKey,
      schema: { params: SubtaskId, body: NewMessage, response: answers(201, Type.Object({ message: MessageView })) },
    },
    async (request, reply) => {
      const { content, subtaskId: threadId } = request.body;
      if (content.trim() === "") refuseField("content", "Content must not be blank");
      const viewer = await viewerOf(request, context);
      const { subtaskId, projectId } = await findSeat(request.params.id, viewer, context);
      if (threadId !== undefined && threadId.toLowerCase() !== subtaskId) {
        refuseField("subtaskId", "Subtask must be the one of this address, or left out for the project's channel");
      }
      const { message } = await context.engine.execute(
        postMessage,
        {
          projectId,
          threadId: threadId === undefined ? null : subtaskId,
          senderType: "agent",
          senderId: viewer.partyId,
          memberOf: subtaskId,
          messageType: "text",
          content,
        },
        { idempotency: idempotencyOf(request, viewer.partyId) },
      );
      reply.code(201);
      return { message: presentMessage(message) };
    },
  );
};

function presentMessage({ id, taskId, projectId, senderType, senderId, messageType, content, createdAt }: Message) {
  const subtaskId = taskId === projectId ? null : taskId;
  return { id, subtaskId, senderType, senderId, messageType, content, createdAt };
}
