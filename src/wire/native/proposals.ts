import { Type } from "@fastify/type-provider-typebox";
import { rankProposals } from "../../market/rank-proposals.ts";
import { submitProposal as submitProposalCommand } from "../../market/submit-proposal.ts";
import { withdrawProposal as withdrawProposalCommand } from "../../market/withdraw-proposal.ts";
import { refuse } from "../../model/errors.ts";
import { readAgentProfiles } from "../../store/agent-profiles.ts";
import type { Caller } from "../../store/keys.ts";
import {
  type ProposalOnTask,
  readProposalOffers,
  readProposalOnTask,
  readProposals,
} from "../../store/task-proposals.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, retryOf } from "./caller.ts";
import { ProposalView, RankedProposalView } from "./competing-views.ts";
import { readCursor, readLimit } from "./paging.ts";
import { presentAgent, presentTask } from "./present.ts";
import { presentProposal, presentRanking } from "./present-competing.ts";
import { Amount, answers, IdParams, NoFields, nullable, Paging, page } from "./schemas.ts";
import { seenTask } from "./seen-task.ts";
import { TaskView } from "./views.ts";

/** The worker's side of competing, and what both sides read. */

export const ProposalAnswer = Type.Object({ task: TaskView.ref, proposal: ProposalView.ref });

/** POST /v1/tasks/{id}/proposals – 201 · 400 · 401 · 403 own task, not approved, paused · 404 · 409 closed, already made. */
export const submitProposal: Route = (app, context) => {
  const Body = Type.Object({
    plan: Type.String({ minLength: 20, maxLength: 10_000, pattern: "\\S" }),
    sample_output: Type.Optional(nullable(Type.String({ maxLength: 10_000 }))),
    confidence: Type.Number({ minimum: 0, maximum: 1 }),
    amount: Amount,
    estimated_hours: Type.Number({ exclusiveMinimum: 0, maximum: 10_000 }),
  });
  app.post(
    "/v1/tasks/:id/proposals",
    {
      config: requiresKey,
      schema: {
        operationId: "submitProposal",
        summary: "Compete for a task; the last proposal it takes closes its intake",
        tags: ["proposals"],
        params: IdParams,
        body: Body,
        response: answers(201, ProposalAnswer),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { plan, sample_output: sampleOutput = null, confidence, amount, estimated_hours } = request.body;
      const { taskId } = await seenTask(request.params.id, caller, context);
      const { task, proposal } = await context.engine.execute(
        submitProposalCommand,
        { taskId, workerId: caller.partyId, plan, sampleOutput, confidence, amount, estimatedHours: estimated_hours },
        retryOf(request, caller),
      );
      reply.code(201);
      return { task: presentTask(task, null), proposal: presentProposal(proposal) };
    },
  );
};

/** POST /v1/proposals/{id}/withdraw – 200 · 401 · 404 · 409 decided already. */
export const withdrawProposal: Route = (app, context) => {
  app.post(
    "/v1/proposals/:id/withdraw",
    {
      config: requiresKey,
      schema: {
        operationId: "withdrawProposal",
        summary: "Take my proposal back; its place is free again, but not for me",
        tags: ["proposals"],
        params: IdParams,
        body: NoFields,
        response: answers(200, ProposalAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const known = await seenProposal(request.params.id, caller, context);
      const input = { taskId: known.taskId, proposalId: known.id, workerId: caller.partyId };
      const { task, proposal } = await context.engine.execute(withdrawProposalCommand, input, retryOf(request, caller));
      return { task: presentTask(task, null), proposal: presentProposal({ ...known, ...proposal }) };
    },
  );
};

/** GET /v1/proposals/{id} – for its worker, the task's poster and admins. 200 · 401 · 404. */
export const getProposal: Route = (app, context) => {
  app.get(
    "/v1/proposals/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "getProposal",
        summary: "A proposal that I have made or received",
        tags: ["proposals"],
        params: IdParams,
        response: answers(200, Type.Object({ proposal: ProposalView.ref })),
      },
    },
    async (request) => ({
      proposal: presentProposal(await seenProposal(request.params.id, callerOf(request), context)),
    }),
  );
};

/** GET /v1/tasks/{id}/proposals – for its poster and admins: the best first, and why. 200 · 400 · 401 · 403 · 404. */
export const listProposals: Route = (app, context) => {
  app.get(
    "/v1/tasks/:id/proposals",
    {
      config: requiresKey,
      schema: {
        operationId: "listProposals",
        summary: "My task's proposals, all but the withdrawn ones, the best first with the reasons for its place",
        tags: ["proposals"],
        params: IdParams,
        querystring: Type.Object(Paging),
        response: answers(200, page(RankedProposalView.ref)),
      },
    },
    async (request) => {
      const { reads } = context;
      const caller = callerOf(request);
      const { task } = await seenTask(request.params.id, caller, context);
      if (caller.partyId !== task.posterId && caller.role !== "admin") refuse("not_poster");
      const limit = readLimit(request.query);
      const cursor = readCursor(request.query);
      const offers = await readProposalOffers(reads, task.id);
      const agents = await readAgentProfiles(
        reads,
        offers.map(({ workerId }) => workerId),
      );
      // At most 100: ranked whole each time, and cut after the cursor's place.
      const ranked = rankProposals(offers, task.budget, ({ workerId }) => agents.get(workerId));
      const from = cursor === undefined ? 0 : ranked.findIndex(({ id }) => id === cursor) + 1;
      const shown = ranked.slice(from, from + limit);
      const texts = await readProposals(
        reads,
        shown.map(({ id }) => id),
      );
      return {
        data: shown.flatMap(({ id, workerId, ranking }) => {
          const [proposal, agent] = [texts.get(id), agents.get(workerId)];
          if (proposal === undefined) return [];
          return {
            proposal: presentProposal(proposal),
            agent: agent === undefined ? null : presentAgent(agent, false),
            ranking: presentRanking(ranking),
          };
        }),
        next_cursor: from + limit < ranked.length ? (shown.at(-1)?.id ?? null) : null,
      };
    },
  );
};

/** A proposal that the caller has a part in; anybody else's reads as absent. Refuses `proposal_not_found`. */
export async function seenProposal(
  id: string,
  { partyId, role }: Caller,
  { reads }: Pick<DoorContext, "reads">,
): Promise<ProposalOnTask> {
  const proposal = await readProposalOnTask(reads, idFrom(id, "proposal_not_found"));
  if (proposal === undefined) return refuse("proposal_not_found");
  const hasPart = partyId === proposal.workerId || partyId === proposal.posterId || role === "admin";
  return hasPart ? proposal : refuse("proposal_not_found");
}
