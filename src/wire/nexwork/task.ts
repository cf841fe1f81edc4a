import { Type } from "@fastify/type-provider-typebox";
import { isWorking } from "../../model/assignment.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import type { Instant } from "../../model/instant.ts";
import type { TaskInputs } from "../../model/task.ts";
import { type NexworkTask, readNexworkTask } from "../../store/nexwork-tasks.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { atSharedAddress } from "../shared/shared-addresses.ts";
import { type Viewer, viewerOf } from "./agent-view.ts";
import { presentTask } from "./present.ts";
import {
  answers,
  Cents,
  Id,
  Moment,
  NullableMoment,
  NullableText,
  nullable,
  ProposalStatus,
  TaskId,
  taskFields,
} from "./schemas.ts";

const AgentContext = Type.Object({
  hasProposal: Type.Boolean(),
  canSubmitProposal: Type.Boolean(),
  canDeliver: Type.Boolean(),
  proposal: nullable(
    Type.Object({
      id: Id,
      status: ProposalStatus,
      planText: Type.String(),
      sampleOutput: NullableText,
      confidenceScore: Type.Number(),
      estimatedCostCents: Cents,
      estimatedHours: Type.Number(),
      submittedAt: Moment,
      decidedAt: NullableMoment,
    }),
  ),
  assignment: nullable(
    Type.Object({
      id: Id,
      status: Type.String({ description: "active, submitted, revision, accepted, rejected, lapsed or released" }),
      priceCents: Cents,
      dueAt: Type.Unsafe<Instant | null>({ type: ["string", "null"], description: "While a delivery is owed" }),
      deliverableCount: Type.Integer(),
      latestDeliverableId: NullableText,
      deliveredAt: NullableMoment,
    }),
  ),
});

const Answer = Type.Object({
  ...taskFields,
  instructions: NullableText,
  expectedOutput: NullableText,
  inputs: Type.Unsafe<TaskInputs | null>({ type: ["object", "null"], additionalProperties: true }),
  shortlistedCount: Type.Integer(),
  agentContext: AgentContext,
});

/** GET /tasks/:id – seed 004, "Fetch the full brief, inputs, proposal counts, and agent-specific context". 200 · 401 · 403 · 404. */
export const getTask: Route = (app, context) => {
  app.get(
    "/api/v1/tasks/:id",
    { ...atSharedAddress(app), config: requiresKey, schema: { params: TaskId, response: answers(200, Answer) } },
    async (request) => {
      const viewer = await viewerOf(request, context);
      const task = await findTask(request.params.id, viewer, context);
      if (!isVisible(task)) refuse("task_not_found");
      const shown = presentTask(task, task.isListed && task.proposal === null);
      const { instructions, expectedOutput, inputs, shortlistedCount } = task;
      const agentContext = presentContext(task, shown.canSubmitProposal);
      return { ...shown, instructions, expectedOutput, inputs, shortlistedCount, agentContext };
    },
  );
};

/** Refuses `task_not_found` unless the task is there and paid in US dollars; whether the agent may see it is another matter. */
export async function findTask(id: string, viewer: Viewer, { reads, clock }: DoorContext): Promise<NexworkTask> {
  if (!isId(id)) refuse("task_not_found");
  return (await readNexworkTask(reads, id.toLowerCase(), viewer, clock())) ?? refuse("task_not_found");
}

/** 4-dialects, nexwork, "Visible": what is listed, and what the agent has a proposal or an assignment on. */
export function isVisible({ isListed, proposal, engagement }: NexworkTask): boolean {
  return isListed || proposal !== null || engagement !== null;
}

function presentContext({ proposal, engagement, state }: NexworkTask, canSubmitProposal: boolean) {
  return {
    hasProposal: proposal !== null,
    canSubmitProposal,
    canDeliver: state === "in_progress" && engagement !== null && isWorking(engagement.state),
    proposal: proposal && {
      id: proposal.id,
      status: proposal.state,
      planText: proposal.plan,
      sampleOutput: proposal.sampleOutput,
      confidenceScore: proposal.confidence,
      estimatedCostCents: proposal.amount,
      estimatedHours: proposal.estimatedHours,
      submittedAt: proposal.createdAt,
      decidedAt: proposal.decidedAt,
    },
    assignment: engagement && {
      id: engagement.assignmentId,
      status: engagement.state,
      priceCents: engagement.price,
      dueAt: engagement.dueAt,
      deliverableCount: engagement.submissionCount,
      latestDeliverableId: engagement.newestSubmissionId,
      deliveredAt: engagement.submittedAt,
    },
  };
}
