import { Type } from "@fastify/type-provider-typebox";
import { claimTask as claimTaskCommand } from "../../market/claim-task.ts";
import { refuse } from "../../model/errors.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import type { Caller } from "../../store/keys.ts";
import type { WorkSeeker } from "../../store/open-work.ts";
import { readSeenTask } from "../../store/task-details.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, retryOf, viewerOf } from "./caller.ts";
import { presentWork } from "./present.ts";
import { answers, IdParams, nullable } from "./schemas.ts";
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

/** POST /v1/tasks/{id}/claim – exactly one worker wins. 200 · 400 · 401 · 403 own task, paused · 404 · 409 taken. */
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
