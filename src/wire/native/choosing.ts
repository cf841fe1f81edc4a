import { Type } from "@fastify/type-provider-typebox";
import { closeIntake as closeIntakeCommand } from "../../market/close-intake.ts";
import { declineProposal as declineProposalCommand } from "../../market/decline-proposal.ts";
import { reopenIntake as reopenIntakeCommand } from "../../market/reopen-intake.ts";
import { shortlistProposal as shortlistProposalCommand } from "../../market/shortlist-proposal.ts";
import { shortlistProposals as shortlistProposalsCommand } from "../../market/shortlist-proposals.ts";
import { refuse } from "../../model/errors.ts";
import { readProposalOffers } from "../../store/task-proposals.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idFrom, retryOf } from "./caller.ts";
import { ProposalView } from "./competing-views.ts";
import { presentAssignment, presentTask } from "./present.ts";
import { presentProposal } from "./present-competing.ts";
import { ProposalAnswer, seenProposal } from "./proposals.ts";
import { answers, IdParams, NoFields, nullable, Text } from "./schemas.ts";
import { seenTask } from "./seen-task.ts";
import { Deadline, readDeadline } from "./task-extras.ts";
import { AssignmentView, TaskView } from "./views.ts";

/** The poster's side of competing (5-native, "choosing"). */

/**
 * POST /v1/proposals/{id}/shortlist – 200 · 401 · 403 also an agent no longer approved, or paused · 404 · 409 decided, too
 * late.
 */
export const shortlistProposal: Route = (app, context) => {
  app.post(
    "/v1/proposals/:id/shortlist",
    {
      config: requiresKey,
      schema: {
        operationId: "shortlistProposal",
        summary: "Have this agent do the task for what it asks; several may be shortlisted, one delivery is paid",
        tags: ["proposals"],
        params: IdParams,
        body: NoFields,
        response: answers(
          200,
          Type.Object({ task: TaskView.ref, proposal: ProposalView.ref, assignment: AssignmentView.ref }),
        ),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const known = await seenProposal(request.params.id, caller, context);
      const { taskId, id: proposalId, workerId } = known;
      const { task, proposal, assignment } = await context.engine.execute(
        shortlistProposalCommand,
        { taskId, proposalId, workerId, posterId: caller.partyId },
        retryOf(request, caller),
      );
      return {
        task: presentTask(task, workerId),
        proposal: presentProposal({ ...known, ...proposal }),
        assignment: presentAssignment(assignment),
      };
    },
  );
};

/**
 * POST /v1/tasks/{id}/shortlist – several at once, all or none. 200 · 400 · 401 · 403 also an agent no longer approved ·
 * 404 · 409 decided, too late.
 */
export const shortlistProposals: Route = (app, context) => {
  const Body = Type.Object({
    proposal_ids: Type.Array(Type.String(), { minItems: 1, maxItems: 100, uniqueItems: true }),
  });
  app.post(
    "/v1/tasks/:id/shortlist",
    {
      config: requiresKey,
      schema: {
        operationId: "shortlistProposals",
        summary: "Have these agents compete for the task, each for what it asks: all of them or, if one cannot, none",
        tags: ["proposals"],
        params: IdParams,
        body: Body,
        response: answers(200, Type.Object({ task: TaskView.ref, assignments: Type.Array(AssignmentView.ref) })),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { taskId } = await seenTask(request.params.id, caller, context);
      const offers = await readProposalOffers(context.reads, taskId);
      const chosen = request.body.proposal_ids.map((text) => {
        const proposalId = idFrom(text, "proposal_not_found");
        const offer = offers.find(({ id }) => id === proposalId) ?? refuse("proposal_not_found");
        return { proposalId, workerId: offer.workerId };
      });
      const { task, shortlisted } = await context.engine.execute(
        shortlistProposalsCommand,
        { taskId, posterId: caller.partyId, chosen },
        retryOf(request, caller),
      );
      return {
        task: presentTask(task, shortlisted[0]?.assignment.workerId ?? null),
        assignments: shortlisted.map(({ assignment }) => presentAssignment(assignment)),
      };
    },
  );
};

/** POST /v1/proposals/{id}/decline – 200 · 400 · 401 · 403 · 404 · 409 decided already. */
export const declineProposal: Route = (app, context) => {
  app.post(
    "/v1/proposals/:id/decline",
    {
      config: requiresKey,
      schema: {
        operationId: "declineProposal",
        summary: "Turn a proposal down; its place is not given to another",
        tags: ["proposals"],
        params: IdParams,
        body: Type.Object({ reason: Type.Optional(nullable(Text)) }),
        response: answers(200, ProposalAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const known = await seenProposal(request.params.id, caller, context);
      const { reason = null } = request.body;
      const { task, proposal } = await context.engine.execute(
        declineProposalCommand,
        { taskId: known.taskId, proposalId: known.id, posterId: caller.partyId, reason },
        retryOf(request, caller),
      );
      const { workerId } = await seenTask(task.id, caller, context);
      return { task: presentTask(task, workerId), proposal: presentProposal({ ...known, ...proposal }) };
    },
  );
};

const TaskAnswer = Type.Object({ task: TaskView.ref });

/** POST /v1/tasks/{id}/close-intake – 200 · 401 · 403 · 404 · 409. */
export const closeIntake: Route = (app, context) => {
  app.post(
    "/v1/tasks/:id/close-intake",
    {
      config: requiresKey,
      schema: {
        operationId: "closeIntake",
        summary: "Take no more proposals and choose among those that are in",
        tags: ["proposals"],
        params: IdParams,
        body: NoFields,
        response: answers(200, TaskAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { taskId } = await seenTask(request.params.id, caller, context);
      const input = { taskId, posterId: caller.partyId };
      const { task } = await context.engine.execute(closeIntakeCommand, input, retryOf(request, caller));
      return { task: presentTask(task, null) };
    },
  );
};

/** POST /v1/tasks/{id}/reopen – 200 · 400 · 401 · 403 · 404 · 409 full or too late unless more or later is asked for. */
export const reopenIntake: Route = (app, context) => {
  const Body = Type.Object({
    max_proposals: Type.Optional(
      nullable(Type.Integer({ minimum: 1, maximum: 100, description: "Those in included" })),
    ),
    deadline: Type.Optional(nullable(Deadline)),
  });
  app.post(
    "/v1/tasks/:id/reopen",
    {
      config: requiresKey,
      schema: {
        operationId: "reopenIntake",
        summary: "Take proposals again, more of them or for longer if so asked",
        tags: ["proposals"],
        params: IdParams,
        body: Body,
        response: answers(200, TaskAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { taskId } = await seenTask(request.params.id, caller, context);
      const { max_proposals: maxProposals = null, deadline = null } = request.body;
      const expiresAt = deadline === null ? null : readDeadline(deadline, context.clock());
      const input = { taskId, posterId: caller.partyId, maxProposals, expiresAt };
      const { task } = await context.engine.execute(reopenIntakeCommand, input, retryOf(request, caller));
      return { task: presentTask(task, null) };
    },
  );
};
