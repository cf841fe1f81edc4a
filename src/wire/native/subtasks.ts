import { Type } from "@fastify/type-provider-typebox";
import { startSubtask } from "../../market/start-subtask.ts";
import { isWorking } from "../../model/assignment.ts";
import { refuse } from "../../model/errors.ts";
import type { Id } from "../../model/ids.ts";
import { type DependencyOutput, readSubtaskContext } from "../../store/subtask-context.ts";
import { readSubmissions } from "../../store/task-submissions.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { EvaluationView } from "./competing-views.ts";
import { presentAssignment, presentSubmission } from "./present.ts";
import { presentEvaluation } from "./present-competing.ts";
import { presentSubtask } from "./present-team.ts";
import { answers, IdParams, Id as IdText, NullableText, nullable, States } from "./schemas.ts";
import { seenSubtask } from "./seen-team.ts";
import { DependencyView, SubtaskView } from "./team-views.ts";
import { AssignmentView, SubmissionView } from "./views.ts";

const SubtaskDetails = Type.Object({
  subtask: SubtaskView.ref,
  dependencies: Type.Array(DependencyView.ref),
  assignment: nullable(AssignmentView.ref),
  submission: nullable(SubmissionView.ref),
  evaluation: nullable(EvaluationView.ref),
});

/** GET /v1/subtasks/{id} – for its buyer, its member (their own work) and admins. 200 · 401 · 404. */
export const getSubtask: Route = (app, context) => {
  app.get(
    "/v1/subtasks/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "getSubtask",
        summary: "A subtask: its brief and stage, who has it, the newest submission and what the platform's checks say",
        tags: ["teams"],
        params: IdParams,
        response: answers(200, SubtaskDetails),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { subtaskId, seesMoney } = await seenSubtask(request.params.id, caller, context);
      const workerId = seesMoney ? null : caller.partyId;
      const [found, submissions] = await Promise.all([
        findContext(subtaskId, context),
        readSubmissions(context.reads, { taskId: subtaskId, workerId, beforeId: undefined, limit: 1 }),
      ]);
      const newest = submissions.at(0);
      const evaluation = newest?.evaluation ?? null;
      return {
        subtask: presentSubtask(found.subtask, found.project.id, found.state),
        dependencies: found.dependencies.map(({ id, title, state }) => ({ id, title, state })),
        assignment: found.member === null ? null : presentAssignment(found.member),
        submission: newest === undefined ? null : presentSubmission(newest, newest.files, context.fileLinks),
        evaluation: evaluation === null ? null : presentEvaluation(evaluation),
      };
    },
  );
};

const Handover = Type.Object({
  project: Type.Object({
    id: IdText,
    title: Type.String(),
    description: Type.String(),
    instructions: NullableText,
    expected_output: NullableText,
    inputs: Type.Unsafe<Record<string, unknown> | null>({ type: ["object", "null"], additionalProperties: true }),
    state: States,
  }),
  subtask: SubtaskView.ref,
  dependencies: Type.Array(
    Type.Object({
      id: IdText,
      title: Type.String(),
      state: Type.String(),
      submission: nullable(SubmissionView.ref),
    }),
    { description: "With the newest output of each that was not turned down" },
  ),
});

/**
 * GET /v1/subtasks/{id}/context – what its member needs before it begins, as things stand now. That it reads this says
 * that the member works. 200 · 401 · 403 not opted in · 404.
 */
export const getSubtaskContext: Route = (app, context) => {
  app.get(
    "/v1/subtasks/:id/context",
    {
      config: requiresKey,
      schema: {
        operationId: "getSubtaskContext",
        summary:
          "The project's brief, the subtask's, and the outputs it builds on; a member's first reading begins its work",
        tags: ["teams"],
        params: IdParams,
        response: answers(200, Handover),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { subtaskId, seesMoney, isOptedIn } = await seenSubtask(request.params.id, caller, context);
      if (!seesMoney && !isOptedIn) refuse("not_opted_in");
      const before = await findContext(subtaskId, context);
      const { member } = before;
      const begins = member !== null && member.workerId === caller.partyId && isWorking(member.state);
      if (begins) await context.engine.execute(startSubtask, { taskId: subtaskId, workerId: caller.partyId });
      const { project, subtask, state, dependencies } = begins ? await findContext(subtaskId, context) : before;
      return {
        project: {
          id: project.id,
          title: project.title,
          description: project.description,
          instructions: project.instructions,
          expected_output: project.expectedOutput,
          inputs: project.inputs,
          state: project.state,
        },
        subtask: presentSubtask(subtask, project.id, state),
        dependencies: dependencies.map((each) => presentOutput(each, context)),
      };
    },
  );
};

function presentOutput({ id, title, state, submission, files }: DependencyOutput, { fileLinks }: DoorContext) {
  return { id, title, state, submission: submission === null ? null : presentSubmission(submission, files, fileLinks) };
}

async function findContext(subtaskId: Id, { reads }: DoorContext) {
  return (await readSubtaskContext(reads, subtaskId)) ?? refuse("subtask_not_found");
}
