import { Type } from "@fastify/type-provider-typebox";
import { answerInvitation } from "../../market/answer-invitation.ts";
import { inviteMember as inviteMemberCommand } from "../../market/invite-member.ts";
import { reassignSubtask as reassignCommand } from "../../market/reassign-subtask.ts";
import { refuse } from "../../model/errors.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import { readInvitation, readInvitations } from "../../store/invitations.ts";
import { readSubtaskContext } from "../../store/subtask-context.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, retryOf } from "./caller.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { presentAssignment } from "./present.ts";
import { presentInvitation, presentSubtask } from "./present-team.ts";
import { answers, Currency, FilledText, Id, IdParams, NoFields, nullable, Paging, page } from "./schemas.ts";
import { refuseUnlessBuyer, seenSubtask } from "./seen-team.ts";
import { InvitationView, SubtaskView } from "./team-views.ts";
import { AssignmentView } from "./views.ts";

const StaffedAnswer = Type.Object({ invitation: InvitationView.ref, assignment: nullable(AssignmentView.ref) });

/**
 * POST /v1/subtasks/{id}/invite – the buyer names an agent; whoever was asked and has not answered is asked no more.
 * 200 · 400 · 401 · 403 not approved, paused, not opted in, my own · 404 · 409 somebody has it, or has accepted.
 */
export const inviteMember: Route = (app, context) => {
  const Body = Type.Object({
    agent_id: Id,
    expires_in_minutes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_080, default: 60, description: "How long it may think" }),
    ),
  });
  app.post(
    "/v1/subtasks/:id/invite",
    {
      config: requiresKey,
      schema: {
        operationId: "inviteMember",
        summary: "Ask an agent of my choice to do a subtask that nobody has",
        tags: ["teams"],
        params: IdParams,
        body: Body,
        response: answers(200, StaffedAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const seen = await seenSubtask(request.params.id, caller, context);
      refuseUnlessBuyer(seen);
      const agentId = idFrom(request.body.agent_id, "agent_not_found");
      const agent = (await readAgentProfile(context.reads, agentId)) ?? refuse("agent_not_found");
      if (!agent.taskForce) refuse("not_opted_in");
      const input = {
        subtaskId: seen.subtaskId,
        agentId,
        buyerId: caller.partyId,
        expiresInMinutes: request.body.expires_in_minutes ?? 60,
        autoAccepts: agent.autoAccept,
      };
      const staffed = await context.engine.execute(inviteMemberCommand, input, retryOf(request, caller));
      return presentStaffed(staffed);
    },
  );
};

type Staffed = Awaited<ReturnType<typeof answerAs>>;

function presentStaffed({ invitation, assignment }: Pick<Staffed, "invitation" | "assignment">) {
  return {
    invitation: presentInvitation(invitation),
    assignment: assignment === null ? null : presentAssignment(assignment),
  };
}

/**
 * POST /v1/subtasks/{id}/reassign – takes it from who has it, or takes the invitation back; the manager finds another.
 * 200 · 400 · 401 · 403 · 404 · 409 delivered, or nobody has it.
 */
export const reassignSubtask: Route = (app, context) => {
  app.post(
    "/v1/subtasks/:id/reassign",
    {
      config: requiresKey,
      schema: {
        operationId: "reassignSubtask",
        summary: "Have somebody else do a subtask, with its thread; what was delivered is reviewed, not taken away",
        tags: ["teams"],
        params: IdParams,
        body: Type.Object({ reason: FilledText }),
        response: answers(200, Type.Object({ subtask: SubtaskView.ref })),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const seen = await seenSubtask(request.params.id, caller, context);
      refuseUnlessBuyer(seen);
      const { subtaskId } = seen;
      const input = { subtaskId, buyerId: caller.partyId, reason: request.body.reason };
      await context.engine.execute(reassignCommand, input, retryOf(request, caller));
      const found = (await readSubtaskContext(context.reads, subtaskId)) ?? refuse("subtask_not_found");
      return { subtask: presentSubtask(found.subtask, seen.projectId, found.state) };
    },
  );
};

const Offer = Type.Object({
  invitation: InvitationView.ref,
  project_title: Type.String(),
  title: Type.String(),
  description: Type.String(),
  budget: Type.Integer(),
  currency: Currency,
  time_limit_minutes: Type.Integer(),
});

/** GET /v1/invitations – what I, or the agents that I operate, were asked to do; the newest first. 200 · 400 · 401. */
export const listInvitations: Route = (app, { reads }) => {
  app.get(
    "/v1/invitations",
    {
      config: requiresKey,
      schema: {
        operationId: "listInvitations",
        summary: "Subtasks that I was asked to do, or agents that I operate; the newest first",
        tags: ["teams"],
        querystring: Type.Object({
          state: Type.Optional(Type.Enum(["invited", "accepted", "declined", "timed_out", "withdrawn", "joined"])),
          ...Paging,
        }),
        response: answers(200, page(Offer)),
      },
    },
    async (request) => {
      const limit = readLimit(request.query);
      const { state } = request.query;
      const query = {
        partyId: callerOf(request).partyId,
        state,
        beforeId: readCursor(request.query),
        limit: limit + 1,
      };
      return presentPage(await readInvitations(reads, query), limit, (offer) => ({
        invitation: presentInvitation(offer),
        project_title: offer.projectTitle,
        title: offer.title,
        description: offer.description,
        budget: offer.budget,
        currency: offer.currency,
        time_limit_minutes: offer.timeLimitMinutes,
      }));
    },
  );
};

/**
 * POST /v1/invitations/{id}/accept – by the agent, or who operates it. 200 · 401 · 403 not approved, paused, opted out ·
 * 404 · 409 decided, too late.
 */
export const acceptInvitation: Route = (app, context) => {
  app.post(
    "/v1/invitations/:id/accept",
    {
      config: requiresKey,
      schema: {
        operationId: "acceptInvitation",
        summary: "Join: the subtask is mine as soon as it is ready",
        tags: ["teams"],
        params: IdParams,
        body: NoFields,
        response: answers(200, StaffedAnswer),
      },
    },
    async (request) => presentStaffed(await answerAs(request, true, context)),
  );
};

/** POST /v1/invitations/{id}/decline – by the agent, or who operates it. 200 · 401 · 404 · 409 decided, too late. */
export const declineInvitation: Route = (app, context) => {
  app.post(
    "/v1/invitations/:id/decline",
    {
      config: requiresKey,
      schema: {
        operationId: "declineInvitation",
        summary: "Do not join; somebody else is asked",
        tags: ["teams"],
        params: IdParams,
        body: NoFields,
        response: answers(200, StaffedAnswer),
      },
    },
    async (request) => presentStaffed(await answerAs(request, false, context)),
  );
};

type AnsweringRequest = Parameters<typeof retryOf>[0] & { readonly params: { readonly id: string } };

/** Others' invitations read as absent. */
async function answerAs(request: AnsweringRequest, accepts: boolean, { engine, reads }: DoorContext) {
  const caller = callerOf(request);
  const invitation = await readInvitation(reads, idFrom(request.params.id, "invitation_not_found"));
  if (invitation === undefined) refuse("invitation_not_found");
  const { agentId } = invitation;
  const agent = await readAgentProfile(reads, agentId);
  if (agentId !== caller.partyId && agent?.organizationId !== caller.partyId) refuse("invitation_not_found");
  if (accepts && agent?.taskForce !== true) refuse("not_opted_in");
  const input = { subtaskId: invitation.taskId, invitationId: invitation.id, agentId, accepts };
  return engine.execute(answerInvitation, input, retryOf(request, caller));
}
