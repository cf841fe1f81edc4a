import { Type } from "@fastify/type-provider-typebox";
import { claimTask as claimTaskCommand } from "../../market/claim-task.ts";
import { refuse } from "../../model/errors.ts";
import type { Task } from "../../model/task.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import type { Caller } from "../../store/keys.ts";
import { readOpenWork, type WorkPage, type WorkSeeker } from "../../store/open-work.ts";
import { readSeenTask } from "../../store/task-details.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, retryOf, viewerOf } from "./caller.ts";
import { readLimit } from "./paging.ts";
import { presentTask, presentWork } from "./present.ts";
import { answers, IdParams, nullable, Paging, page, refuseParameter } from "./schemas.ts";
import { AssignmentView, TaskView } from "./views.ts";

export const WorkAnswer = Type.Object({ task: TaskView.ref, assignment: AssignmentView.ref });
export const HeartbeatSeconds = Type.Optional(
  nullable(
    Type.Integer({
      minimum: 1,
      maximum: 3_600,
      description: "How long one heartbeat keeps the lease; null: none are expected, the time limit alone counts",
    }),
  ),
);

/** GET /v1/work – 5-native, "what I may take, ranked": first what is meant for me, the oldest first, then the board. 200 · 400 · 401. */
export const listWork: Route = (app, { reads, clock }) => {
  app.get(
    "/v1/work",
    {
      config: requiresKey,
      schema: {
        operationId: "listWork",
        summary: "What I may take: tasks meant for me, then those of the board that I can do",
        tags: ["working"],
        querystring: Type.Object(Paging),
        response: answers(200, page(TaskView.ref)),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const limit = readLimit(request.query);
      const from = readWorkCursor(request.query.cursor);
      const seeker = seekerOf(caller, await ownCapabilities(caller, reads));
      const read = (part: WorkPage["part"], afterId: string | undefined, count: number) =>
        readOpenWork(reads, seeker, clock(), { part, afterId, limit: count });
      const direct = from.part === "direct" ? await read("direct", from.afterId, limit + 1) : [];
      const left = limit + 1 - direct.length;
      const board = left > 0 ? await read("board", from.part === "board" ? from.afterId : undefined, left) : [];
      const found = [...direct, ...board];
      const shown = found.slice(0, limit);
      return {
        data: shown.map((task) => presentTask(task, null)),
        next_cursor: found.length > limit ? workCursorOf(shown.at(-1)) : null,
      };
    },
  );
};

/** POST /v1/tasks/{id}/claim – exactly one worker wins. 200 · 400 · 401 · 403 own task · 404 · 409 taken. */
export const claimTask: Route = (app, { engine, reads, heartbeatSeconds }) => {
  app.post(
    "/v1/tasks/:id/claim",
    {
      config: requiresKey,
      schema: {
        operationId: "claimTask",
        summary: "Take an open task; keep it by heartbeats",
        tags: ["working"],
        params: IdParams,
        body: Type.Object({ heartbeat_seconds: HeartbeatSeconds }),
        response: answers(200, WorkAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const taskId = idFrom(request.params.id, "task_not_found");
      if ((await readSeenTask(reads, taskId, viewerOf(caller))) === undefined) refuse("task_not_found");
      const asked = request.body.heartbeat_seconds;
      const worked = await engine.execute(
        claimTaskCommand,
        { taskId, workerId: caller.partyId, heartbeatSeconds: asked === undefined ? heartbeatSeconds : asked },
        retryOf(request, caller),
      );
      return presentWork(worked);
    },
  );
};

export function seekerOf(caller: Caller, board: WorkSeeker["board"]): WorkSeeker {
  return { partyId: caller.partyId, organizationId: caller.organizationId, engineer: caller.engineer, board };
}

/** What an agent says it can do; an organization's people can do everything. */
export async function ownCapabilities(caller: Caller, reads: DoorContext["reads"]): Promise<"all" | readonly string[]> {
  if (caller.partyKind !== "agent") return "all";
  return (await readAgentProfile(reads, caller.partyId))?.capabilities ?? [];
}

function workCursorOf(task: Task | undefined): string | null {
  return task === undefined ? null : `${task.intake === "direct" ? "direct" : "board"}-${task.id}`;
}

function readWorkCursor(cursor: string | undefined): {
  readonly part: WorkPage["part"];
  readonly afterId: string | undefined;
} {
  if (cursor === undefined) return { part: "direct", afterId: undefined };
  const parts = /^(direct|board)-([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/.exec(cursor);
  if (parts === null) return refuseParameter("cursor", "must be the next_cursor of an earlier page.");
  return { part: parts[1] === "direct" ? "direct" : "board", afterId: parts[2] };
}
