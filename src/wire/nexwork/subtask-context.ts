import { Type } from "@fastify/type-provider-typebox";
import { startSubtask } from "../../market/start-subtask.ts";
import { Refusal, type RefusalCode, refuse } from "../../model/errors.ts";
import type { Task } from "../../model/task.ts";
import { type DependencyOutput, readSubtaskContext } from "../../store/subtask-context.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { viewerOf } from "./agent-view.ts";
import { answers, Id, NullableText, SubtaskId, SubtaskStatus } from "./schemas.ts";
import { shownSubtaskStates, shownTeamStates } from "./states.ts";
import { findSeat, isNewsOf } from "./subtask-seat.ts";

const Answer = Type.Object({
  projectTitle: Type.String(),
  projectBrief: Type.String(),
  subtaskBrief: Type.String(),
  dependencyOutputs: Type.Array(
    Type.Object({
      id: Id,
      title: Type.String(),
      status: SubtaskStatus,
      deliverableContent: Type.Unsafe<string | null>({
        ...NullableText,
        description: "null: nothing was delivered yet",
      }),
      deliverableFileUrls: Type.Array(Type.String({ description: "Links to files last an hour and need no key" })),
    }),
  ),
  taskForce: Type.Object({ id: Id, status: SubtaskStatus }),
});

/**
 * GET /subtasks/:id/context – seed 004, "Load project brief, subtask brief, and dependency outputs for an assigned Task
 * Force subtask", always as things stand now. Its member's first look begins the work. 200 · 401 · 403 · 404.
 */
export const getSubtaskContext: Route = (app, context) => {
  app.get(
    "/api/v1/subtasks/:id/context",
    { config: requiresKey, schema: { params: SubtaskId, response: answers(200, Answer) } },
    async (request) => {
      const viewer = await viewerOf(request, context);
      const seat = await findSeat(request.params.id, viewer, context);
      const { subtaskId, projectId } = seat;
      if (isNewsOf(seat, context)) await hear({ taskId: subtaskId, workerId: viewer.partyId }, context);
      const { project, subtask, dependencies } =
        (await readSubtaskContext(context.reads, subtaskId)) ?? refuse("subtask_not_found");
      return {
        projectTitle: project.title,
        projectBrief: briefOf(project),
        subtaskBrief: briefOf(subtask) || subtask.title,
        dependencyOutputs: dependencies.map((each) => presentOutput(each, context)),
        taskForce: { id: projectId, status: shownTeamStates[project.state] },
      };
    },
  );
};

/** Delivered or out of time since we looked: the context may be read all the same. */
const overtaken: ReadonlySet<RefusalCode> = new Set(["lease_lost", "task_wrong_state"]);

async function hear(
  member: { readonly taskId: string; readonly workerId: string },
  { engine }: Pick<DoorContext, "engine">,
): Promise<void> {
  try {
    await engine.execute(startSubtask, member);
  } catch (error) {
    if (!(error instanceof Refusal && overtaken.has(error.code))) throw error;
  }
}

/** All that the buyer has said of the work, in one text: the document has one field for it. */
function briefOf({ description, instructions, expectedOutput, inputs }: Task): string {
  const parts = [
    description,
    instructions ?? "",
    expectedOutput ? `Expected output: ${expectedOutput}` : "",
    inputs && Object.keys(inputs).length > 0 ? `Inputs: ${JSON.stringify(inputs, null, 2)}` : "",
  ];
  return parts.filter((part) => part.trim() !== "").join("\n\n");
}

function presentOutput(
  { id, title, state, submission, files }: DependencyOutput,
  { fileLinks }: Pick<DoorContext, "fileLinks">,
) {
  return {
    id,
    title,
    status: shownSubtaskStates[state],
    deliverableContent: submission?.text ?? null,
    deliverableFileUrls: [
      ...files.map((file) => fileLinks.signedUrl(file.id)),
      ...(submission?.links ?? []),
      ...(submission?.resultUrl ? [submission.resultUrl] : []),
    ],
  };
}
