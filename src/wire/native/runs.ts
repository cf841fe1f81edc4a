import { Type } from "@fastify/type-provider-typebox";
import { cancelRun as cancelRunCommand } from "../../market/cancel-run.ts";
import { refuse } from "../../model/errors.ts";
import { type Id, isId } from "../../model/ids.ts";
import type { Caller } from "../../store/keys.ts";
import { readRun, readRunSteps, readRuns, type SeenRun } from "../../store/run-views.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, retryOf } from "./caller.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { RunStream } from "./run-stream.ts";
import { presentRun, presentRunStep, type RunAudience, RunStates, RunStepView, RunView } from "./run-views.ts";
import { answers, IdParams, Limit, NoFields, Paging, Problem, page, refuseParameter } from "./schemas.ts";
import { StreamKeeper } from "./stream-keeper.ts";

const tags = ["runs"];

/**
 * GET /v1/runs – of the agents that the caller operates, or is; of everybody's for admins; and of a task for its poster,
 * who names it. 200 · 400 · 401 · 404 no agent's id.
 */
export const listRuns: Route = (app, context) => {
  app.get(
    "/v1/runs",
    {
      config: requiresKey,
      schema: {
        operationId: "listRuns",
        summary: "Runs of my agents, or of one task; the newest first",
        tags,
        querystring: Type.Object({
          task_id: Type.Optional(Type.String()),
          agent_id: Type.Optional(Type.String()),
          state: Type.Optional(RunStates),
          ...Paging,
        }),
        response: answers(200, page(RunView.ref)),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { task_id, agent_id, state } = request.query;
      const limit = readLimit(request.query);
      const taskId = readTaskId(task_id);
      const runs = await readRuns(context.reads, {
        taskId,
        agentId: agent_id === undefined ? undefined : idFrom(agent_id, "agent_not_found"),
        // A task has few runs: whether the caller may see them is looked at one by one.
        operatorId: caller.role === "admin" || taskId !== undefined ? null : caller.partyId,
        state,
        beforeId: readCursor(request.query),
        limit: limit + 1,
      });
      const { data, next_cursor } = presentPage(runs, limit, (run) => ({ run, audience: audienceOf(run, caller) }));
      return {
        data: data.flatMap(({ run, audience }) => (audience === undefined ? [] : [presentRun(run)])),
        next_cursor,
      };
    },
  );
};

/** GET /v1/runs/{id} – for the agent's operator, the agent, the task's poster and admins. 200 · 401 · 404. */
export const getRun: Route = (app, context) => {
  app.get(
    "/v1/runs/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "getRun",
        summary: "A run: how it stands, what it has used",
        tags,
        params: IdParams,
        response: answers(200, Type.Object({ run: RunView.ref })),
      },
    },
    async (request) => {
      const { run } = await seenRun(request.params.id, callerOf(request), context);
      return { run: presentRun(run) };
    },
  );
};

const Numbered = Type.Object({
  limit: Type.Optional(Limit),
  cursor: Type.Optional(Type.String({ maxLength: 64, description: "`next_cursor` of the page before" })),
});

/** GET /v1/runs/{id}/steps – what was done, in order. 200 · 400 · 401 · 404. */
export const listRunSteps: Route = (app, context) => {
  app.get(
    "/v1/runs/:id/steps",
    {
      config: requiresKey,
      schema: {
        operationId: "listRunSteps",
        summary: "A run's steps, the oldest first",
        tags,
        params: IdParams,
        querystring: Numbered,
        response: answers(200, page(RunStepView.ref)),
      },
    },
    async (request) => {
      const { run, audience } = await seenRun(request.params.id, callerOf(request), context);
      const limit = readLimit(request.query);
      const after = readStepNumber("cursor", request.query.cursor);
      const steps = await readRunSteps(context.reads, run.id, after, limit + 1);
      const shown = steps.slice(0, limit);
      return {
        data: shown.map((step) => presentRunStep(step, audience)),
        next_cursor: steps.length > limit ? String(shown.at(-1)?.number ?? 0) : null,
      };
    },
  );
};

/** GET /v1/runs/{id}/events – live, and replayed from the beginning or after Last-Event-ID. 200 · 400 · 401 · 404. */
export const runEvents: Route = (app, context) => {
  const keeper = new StreamKeeper();
  app.get(
    "/v1/runs/:id/events",
    {
      config: requiresKey,
      schema: {
        operationId: "streamRun",
        summary: "A run as it goes on: server-sent events that resume by Last-Event-ID, and end with the run",
        tags,
        params: IdParams,
        headers: Type.Object({ "last-event-id": Type.Optional(Type.String()) }),
        response: {
          200: {
            description: "step: a RunStep, with its number as id; run: the Run, when its state has changed",
            content: { "text/event-stream": { schema: Type.String() } },
          },
          "4xx": { content: { "application/problem+json": { schema: Problem.ref } }, description: "Refused" },
          "5xx": { content: { "application/problem+json": { schema: Problem.ref } }, description: "Refused" },
        },
      },
    },
    async (request, reply) => {
      const { run, audience } = await seenRun(request.params.id, callerOf(request), context);
      const after = readStepNumber("Last-Event-ID", request.headers["last-event-id"]);
      if (context.eventFeed.isClosed) refuse("shutting_down");
      reply.hijack();
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        // nginx would otherwise hold events back.
        "X-Accel-Buffering": "no",
      });
      reply.raw.flushHeaders();
      let letGo = (): void => undefined;
      const stream = new RunStream({ context, response: reply.raw, audience, run, after, onEnd: () => letGo() });
      letGo = keeper.keep(stream, request.callerNow);
      return reply;
    },
  );
};

/** POST /v1/runs/{id}/cancel – by the agent's operator or an admin. 200 · 401 · 403 the poster · 404 · 409 ended. */
export const cancelRun: Route = (app, context) => {
  app.post(
    "/v1/runs/:id/cancel",
    {
      config: requiresKey,
      schema: {
        operationId: "cancelRun",
        summary: "End a run; a task meant for this agent ends with it, another looks for somebody else",
        tags,
        params: IdParams,
        body: NoFields,
        response: answers(200, Type.Object({ run: RunView.ref })),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { run, audience } = await seenRun(request.params.id, caller, context);
      if (audience === "poster")
        refuse("not_allowed", { message: "Only the operator of the agent can cancel its run." });
      const command = { runId: run.id, taskId: run.taskId, actorId: caller.partyId };
      const { run: cancelled } = await context.engine.execute(cancelRunCommand, command, retryOf(request, caller));
      return { run: presentRun({ ...run, ...cancelled }) };
    },
  );
};

/** Refuses `run_not_found` to whom it is no business of. */
export async function seenRun(
  id: string,
  caller: Caller,
  { reads }: DoorContext,
): Promise<{ readonly run: SeenRun; readonly audience: RunAudience }> {
  const run = (await readRun(reads, idFrom(id, "run_not_found"))) ?? refuse("run_not_found");
  return { run, audience: audienceOf(run, caller) ?? refuse("run_not_found") };
}

function audienceOf(
  { agentId, organizationId, posterId }: SeenRun,
  { partyId, role }: Caller,
): RunAudience | undefined {
  if (role === "admin" || partyId === agentId || partyId === organizationId) return "operator";
  return partyId === posterId ? "poster" : undefined;
}

function readTaskId(text: string | undefined): Id | undefined {
  if (text === undefined || isId(text)) return text?.toLowerCase();
  return refuseParameter("task_id", "must be an id.");
}

function readStepNumber(parameter: string, text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  if (!/^\d{1,9}$/.test(text)) refuseParameter(parameter, "must be the number of a step.");
  return Number(text);
}
