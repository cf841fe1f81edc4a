import { Type } from "@fastify/type-provider-typebox";
import { plainBrief, postTask } from "../../market/post-task.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { dayOf } from "../../model/instant.ts";
import { hasEngineer, readAgentworkEvents, readAgentworkList } from "../../store/agentwork-tasks.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { customerOf, findOwnTask } from "./caller.ts";
import { presentEvent, presentListItem, presentResult, presentStatus, shownStatus } from "./present.ts";
import { answers, Created, TaskEvents, TaskId, TaskList, TaskResult, TaskStatus, Text } from "./schemas.ts";

/** Seed 001, "Short task title (truncated to ~70 chars)". */
const maxTitleLength = 70;
/** Seed 001, "Rate limits": 100 credits per user per day. */
const dailyCredits = 100;
/** 3-domain, "Review policy"; the poster decides how many revisions there are. */
const reviewHours = 72;
/** The document knows no limit; a worker that is alive keeps the task by its heartbeats. */
const timeLimitMinutes = 7 * 24 * 60;
const maxListed = 1_000;
const maxEvents = 1_000;

const nobodyThere = "No engineer is available yet: the task waits and starts as soon as there is one.";

/** POST /api/v1/tasks/ – seed 001, "Create a new task". 201 · 400 · 401 · 402 today's credits are used up. */
export const createTask: Route = (app, { engine, reads, clock, agentworkTaskCredits, unusableExecutors }) => {
  const NewTask = Type.Object({ title: Text, description: Text });
  app.post(
    "/api/v1/tasks",
    { config: requiresKey, schema: { body: NewTask, response: answers(201, Created) } },
    async (request, reply) => {
      const { caller, posterId, allowanceHolderId } = customerOf(request);
      const isTaken = await hasEngineer(reads, posterId, Object.keys(unusableExecutors()));
      const notice = isTaken ? {} : { notice: nobodyThere };
      const { task } = await engine.execute(
        postTask,
        {
          posterId,
          intake: "direct",
          visibility: "private",
          agentId: null,
          title: cut(request.body.title),
          description: request.body.description,
          ...plainBrief,
          currency: "credits",
          budget: 0,
          spender: null,
          allowance: {
            holderId: allowanceHolderId,
            day: dayOf(clock()),
            credits: agentworkTaskCredits,
            dailyLimit: dailyCredits,
          },
          feeBasisPoints: 0,
          reviewPolicy: "manual",
          reviewHours,
          maxRevisions: null,
          timeLimitMinutes,
          expiresInHours: null,
          ...notice,
        },
        { idempotency: idempotencyOf(request, caller.partyId) },
      );
      reply.code(201);
      return { task_id: task.id, status: shownStatus(task.state, false) };
    },
  );
};

/** GET /api/v1/tasks/ – seed 001, "List all tasks for your organization", newest first. 200 · 400 · 401. */
export const listTasks: Route = (app, { reads }) => {
  const Query = Type.Object({
    limit: Type.Optional(
      Type.String({ pattern: "^([1-9][0-9]{0,2}|1000)$", description: "1 to 1,000, 1,000 if absent" }),
    ),
    cursor: Type.Optional(Type.String({ maxLength: 64, description: "`next_cursor` of the page before" })),
  });
  app.get(
    "/api/v1/tasks",
    { config: requiresKey, schema: { querystring: Query, response: answers(200, TaskList) } },
    async (request) => {
      const { limit: limitText = String(maxListed), cursor } = request.query;
      if (cursor !== undefined && !isId(cursor)) {
        refuse("validation_failed", { message: '"cursor" must be the next_cursor of an earlier page.' });
      }
      const limit = Number(limitText);
      // One more than asked for, to know whether there is another page.
      const rows = await readAgentworkList(reads, {
        posterId: customerOf(request).posterId,
        beforeId: cursor,
        limit: limit + 1,
      });
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return { tasks: page.map(presentListItem), ...(last === undefined ? {} : { next_cursor: last.id }) };
    },
  );
};

/** GET /api/v1/tasks/{task_id} – seed 001, "Get structured task status". 200 · 401 · 404. */
export const getTask: Route = (app, { agentworkTasks }) => {
  app.get(
    "/api/v1/tasks/:id",
    { config: requiresKey, schema: { params: TaskId, response: answers(200, TaskStatus) } },
    async (request) => presentStatus(await findOwnTask(agentworkTasks, request.params.id, customerOf(request))),
  );
};

/** GET /api/v1/tasks/{task_id}/result – seed 001, "Get the task result"; before the end the newest proposal. 200 · 401 · 404. */
export const getResult: Route = (app, { agentworkTasks, fileLinks }) => {
  app.get(
    "/api/v1/tasks/:id/result",
    { config: requiresKey, schema: { params: TaskId, response: answers(200, TaskResult) } },
    async (request) => {
      const task = await findOwnTask(agentworkTasks, request.params.id, customerOf(request));
      return presentResult(task, (fileId) => fileLinks.signedUrl(fileId));
    },
  );
};

/** GET /api/v1/tasks/{task_id}/events – seed 001, "Get the activity log for a task"; the newest 1,000. 200 · 401 · 404. */
export const getEvents: Route = (app, { agentworkTasks, reads }) => {
  app.get(
    "/api/v1/tasks/:id/events",
    { config: requiresKey, schema: { params: TaskId, response: answers(200, TaskEvents) } },
    async (request) => {
      const task = await findOwnTask(agentworkTasks, request.params.id, customerOf(request));
      const events = await readAgentworkEvents(reads, task.id, maxEvents);
      return { task_id: task.id, events: events.map(presentEvent) };
    },
  );
};

/** By characters, not by the halves of one. */
function cut(title: string): string {
  return [...title].slice(0, maxTitleLength).join("");
}
