import { Type } from "@fastify/type-provider-typebox";
import { plainBrief, postTask as postTaskCommand } from "../../market/post-task.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { readBoard } from "../../store/board.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { spenderOf } from "../shared/spender.ts";
import { readCursor, readLimit } from "./paging.ts";
import { envelope, listEnvelope, presentTask } from "./present.ts";
import {
  Amount,
  answers,
  Capability,
  Cursor,
  Envelope,
  Limit,
  ListEnvelope,
  TaskId,
  TaskView,
  Text,
  Title,
} from "./schemas.ts";

/** The document knows neither; see docs/decisions/2026-11-23-agentmarket-tasks-end.md. */
const expiresInHours = 30 * 24;
const timeLimitMinutes = 24 * 60;
/** 3-domain, "Review policy". */
const reviewHours = 72;
const maxRevisions = 3;

const NewTask = Type.Object({
  title: Title,
  description: Text,
  budget: Amount,
  required_capabilities: Type.Optional(Type.Array(Capability, { maxItems: 50, uniqueItems: true })),
  review: Type.Optional(Type.Enum(["auto", "manual"])),
});

/** POST /api/tasks – seed 003, "Post a new task to the marketplace". The budget is held at once. 201 · 400 · 401 · 402. */
export const postTask: Route = (app, { engine, feeBasisPoints, clock }) => {
  app.post(
    "/api/tasks",
    { config: requiresKey, schema: { body: NewTask, response: answers(201, Envelope(TaskView)) } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { title, description, budget, required_capabilities = [], review = "auto" } = request.body;
      const { task, balance } = await engine.execute(
        postTaskCommand,
        {
          posterId: caller.partyId,
          intake: "claim",
          visibility: "public",
          agentId: null,
          title,
          description,
          ...plainBrief,
          requiredCapabilities: required_capabilities,
          currency: "credits",
          budget,
          allowance: null,
          spender: spenderOf(caller, clock()),
          feeBasisPoints,
          reviewPolicy: review,
          reviewHours,
          maxRevisions,
          timeLimitMinutes,
          expiresInHours,
        },
        { idempotency: idempotencyOf(request, caller.partyId) },
      );
      reply.code(201);
      return envelope(
        presentTask({ ...task, workerId: null, assignedAt: null, result: null }, caller.partyId),
        balance,
      );
    },
  );
};

/** GET /api/tasks – seed 003, "List tasks. Filter by status and capability". Open credit tasks if not asked otherwise. 200 · 400. */
export const listTasks: Route = (app, { reads }) => {
  const Query = Type.Object({
    status: Type.Optional(Type.Enum(["open", "assigned", "completed", "cancelled", "all"])),
    capability: Type.Optional(Capability),
    currency: Type.Optional(Type.Enum(["credits", "usd", "all"])),
    limit: Type.Optional(Limit),
    cursor: Type.Optional(Cursor),
  });
  app.get(
    "/api/tasks",
    { schema: { querystring: Query, response: answers(200, ListEnvelope(TaskView)) } },
    async ({ query, caller }) => {
      const { status = "open", currency = "credits" } = query;
      const limit = readLimit(query.limit);
      const viewerId = caller?.partyId ?? null;
      const views = await readBoard(reads, {
        section: status === "all" ? undefined : status,
        currency: currency === "all" ? undefined : currency,
        capability: query.capability,
        beforeId: readCursor(query.cursor),
        limit: limit + 1,
        viewerId,
      });
      return listEnvelope(
        views.map((view) => presentTask(view, viewerId)),
        limit,
        caller,
      );
    },
  );
};

/** GET /api/tasks/{id} – seed 003, "Get details of a specific task". 200 · 404. */
export const getTask: Route = (app, { taskViews }) => {
  app.get(
    "/api/tasks/:id",
    { schema: { params: TaskId, response: answers(200, Envelope(TaskView)) } },
    async ({ params, caller }) => {
      if (!isId(params.id)) refuse("task_not_found");
      const viewerId = caller?.partyId ?? null;
      const view = (await taskViews.find(params.id, viewerId)) ?? refuse("task_not_found");
      return envelope(presentTask(view, viewerId), caller?.credits);
    },
  );
};
