import { Type } from "@fastify/type-provider-typebox";
import type { FastifyReply } from "fastify";
import { refuse } from "../../model/errors.ts";
import type { TaskEvent } from "../../model/events.ts";
import type { Caller } from "../../store/keys.ts";
import { readSeenTask, type SeenTask } from "../../store/task-details.ts";
import { readEventPages } from "../../store/task-events.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, viewerOf } from "./caller.ts";
import { EventStream } from "./event-stream.ts";
import { readLimit } from "./paging.ts";
import { type Audience, presentEventTo } from "./present.ts";
import { IdParams, Limit, Problem, page, refuseParameter } from "./schemas.ts";
import { StreamKeeper } from "./stream-keeper.ts";
import { EventView } from "./views.ts";

const Query = Type.Object({
  after: Type.Optional(Type.String({ description: "Only events with a greater number" })),
  cursor: Type.Optional(Type.String({ description: "`next_cursor` of the page before" })),
  limit: Type.Optional(Limit),
});

const eventList = page(EventView.ref);
const answered = {
  200: {
    description: "A page of events, or with Accept: text/event-stream all of them, as they come",
    content: {
      "application/json": { schema: eventList },
      "text/event-stream": {
        schema: Type.String({ description: "id: the event's number, event: its type, data: a TaskEvent as JSON" }),
      },
    },
  },
  "4xx": { content: { "application/problem+json": { schema: Problem.ref } }, description: "Refused" },
  "5xx": { content: { "application/problem+json": { schema: Problem.ref } }, description: "Refused" },
};

/**
 * GET /v1/tasks/{id}/events – 5-native, "events (list, and SSE with `Last-Event-ID`)". Its poster, its worker and admins
 * see all of it; those who compete for a task their own part; of a public task anybody sees what happened and when. 200 · 400 · 401 · 404.
 */
export const taskEvents: Route = (app, context) => {
  const keeper = new StreamKeeper();
  app.get(
    "/v1/tasks/:id/events",
    {
      config: requiresKey,
      schema: {
        operationId: "listTaskEvents",
        summary: "A task's history; with Accept: text/event-stream a stream that resumes by Last-Event-ID",
        tags: ["events"],
        params: IdParams,
        querystring: Query,
        headers: Type.Object({ "last-event-id": Type.Optional(Type.String()) }),
        response: answered,
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const taskId = idFrom(request.params.id, "task_not_found");
      const seen = (await readSeenTask(context.reads, taskId, viewerOf(caller))) ?? refuse("task_not_found");
      const audience = audienceOf(seen, caller);
      const { after, cursor } = request.query;
      const from = readNumber("cursor", cursor) ?? readNumber("after", after) ?? 0;
      if (!/\btext\/event-stream\b/.test(request.headers.accept ?? "")) {
        return readPage(context, taskId, from, readLimit(request.query), audience);
      }
      const resumed = readNumber("Last-Event-ID", request.headers["last-event-id"]) ?? from;
      const { callerNow } = request;
      const first = Math.min(resumed, seen.task.eventCount);
      openStream(context, keeper, reply, { caller, callerNow, seen, audience, after: first });
      return reply;
    },
  );
};

/** Somebody who has left a private task sees no more of it. */
function audienceOf({ standing, task }: SeenTask, { partyId, role }: Caller): Audience {
  const isWorker = standing !== "public" && partyId !== task.posterId && role !== "admin";
  if (isWorker && task.intake === "proposals") return { competitorId: partyId };
  if (standing === "party") return "party";
  return task.visibility === "public" ? "public" : refuse("task_not_found");
}

async function readPage({ reads }: DoorContext, taskId: string, after: number, limit: number, audience: Audience) {
  const events = (await readEventPages(reads, [{ taskId, after }], limit + 1)).get(taskId) ?? [];
  const shown = events.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.flatMap((event) => presentEventTo(audience, event) ?? []),
    next_cursor: events.length > limit && last !== undefined ? String(last.number) : null,
  };
}

interface StreamWanted {
  readonly caller: Caller;
  readonly callerNow: () => Promise<Caller | undefined>;
  readonly seen: SeenTask;
  readonly audience: Audience;
  readonly after: number;
}

function openStream(
  { eventFeed }: DoorContext,
  keeper: StreamKeeper,
  reply: FastifyReply,
  { caller, callerNow, seen, audience, after }: StreamWanted,
): void {
  if (eventFeed.isClosed) refuse("shutting_down");
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    // nginx would otherwise hold events back.
    "X-Accel-Buffering": "no",
  });
  response.flushHeaders();
  const isWorker = audience === "party" && caller.partyId !== seen.task.posterId && caller.role !== "admin";
  let stop = (): void => undefined;
  const stream: EventStream = new EventStream({
    response,
    audience,
    endsAfter: (event) => isWorker && endsWorkOf(event, caller.partyId),
    onEnd: () => stop(),
  });
  const letGo = keeper.keep(stream, callerNow);
  const unwatch = eventFeed.watch(seen.task.id, after, stream);
  stop = () => {
    letGo();
    unwatch();
  };
}

/** What comes after is between the poster and others. */
function endsWorkOf({ type, data }: TaskEvent, workerId: string): boolean {
  const isEnd = type === "task.rejected" || type === "task.lapsed" || type === "task.released";
  return isEnd && data.workerId === workerId;
}

function readNumber(parameter: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,9}$/.test(text)) refuseParameter(parameter, "must be the number of an event.");
  return Number(text);
}
