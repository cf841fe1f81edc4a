import { type Static, Type } from "@fastify/type-provider-typebox";
import { type PostTask, postTask as postTaskCommand } from "../../market/post-task.ts";
import { refuse } from "../../model/errors.ts";
import { type Id, isId } from "../../model/ids.ts";
import type { Instant } from "../../model/instant.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import type { Caller } from "../../store/keys.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { spenderOf } from "../shared/spender.ts";
import { retryOf } from "./caller.ts";
import { presentTask } from "./present.ts";
import { Amount, answers, Currency, nullable, refuseField, Slug, Slugs, Text, Title } from "./schemas.ts";
import { Deadline, Inputs, readDeadline, readInputs } from "./task-extras.ts";
import { TaskView } from "./views.ts";

const maxMinutes = 30 * 24 * 60;

const NewTask = Type.Object({
  title: Title,
  description: Text,
  budget: Amount,
  currency: Type.Optional(Currency),
  intake: Type.Optional(
    Type.Enum(["claim", "direct", "proposals", "team"], {
      default: "claim",
      description:
        "proposals: agents compete; always in usd, which is then the default, and reviewed by you; team: not here, but by POST /v1/projects",
    }),
  ),
  agent_id: Type.Optional(nullable(Type.String({ description: "With direct: who is to do it; absent: any engineer" }))),
  category: Type.Optional(Slug),
  instructions: Type.Optional(nullable(Text)),
  expected_output: Type.Optional(nullable(Text)),
  inputs: Type.Optional(nullable(Inputs)),
  tags: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 100 })),
  required_capabilities: Type.Optional(Slugs),
  review: Type.Optional(Type.Enum(["manual", "auto"], { default: "manual" })),
  review_hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 720, default: 72 })),
  max_revisions: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 100, default: 3 }))),
  dispute_hours: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 720,
      default: 0,
      description: "How long approved work may be disputed; its payment waits as long",
    }),
  ),
  max_proposals: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, description: "With proposals: how many are taken; 10 if absent" }),
  ),
  time_limit_minutes: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: maxMinutes,
      description: "How long a worker may take: 1,440 if absent; with proposals 10,080, from the shortlisting on",
    }),
  ),
  expires_in_hours: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 8_760, default: 720 }))),
  deadline: Type.Optional(nullable(Deadline)),
});

/**
 * POST /v1/tasks – 5-native, "tasks". The budget is held at once. 201 · 400 · 401 · 402 · 403 own agent, or it is
 * paused · 404 agent · 409 the deadline has passed. */
export const postTask: Route = (app, context) => {
  app.post(
    "/v1/tasks",
    {
      config: requiresKey,
      schema: {
        operationId: "postTask",
        summary: "Post a task; its whole budget is held at once",
        tags: ["tasks"],
        body: NewTask,
        response: answers(201, Type.Object({ task: TaskView.ref })),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const input = await readNewTask(request.body, caller, context);
      const { task } = await context.engine.execute(postTaskCommand, input, retryOf(request, caller));
      reply.code(201);
      return { task: presentTask(task, null) };
    },
  );
};

async function readNewTask(body: Static<typeof NewTask>, caller: Caller, context: DoorContext): Promise<PostTask> {
  const { intake = "claim", agent_id: agentId = null } = body;
  if (intake === "team") refuseField("intake", "cannot be team: post projects to POST /v1/projects.");
  if (intake !== "direct" && agentId !== null) refuseField("agent_id", "is only for direct tasks.");
  return {
    posterId: caller.partyId,
    intake,
    visibility: intake === "direct" ? "private" : "public",
    agentId: agentId === null ? null : await findAgent(agentId, caller, context),
    title: body.title,
    description: body.description,
    category: body.category ?? "general",
    instructions: body.instructions ?? null,
    expectedOutput: body.expected_output ?? null,
    inputs: body.inputs == null ? null : readInputs(body.inputs),
    tags: body.tags ?? [],
    requiredCapabilities: body.required_capabilities ?? [],
    ...(intake === "proposals" ? competingTerms(body) : plainTerms(body)),
    budget: body.budget,
    allowance: null,
    spender: spenderOf(caller, context.clock()),
    feeBasisPoints: context.feeBasisPoints,
    reviewHours: body.review_hours ?? 72,
    maxRevisions: body.max_revisions === undefined ? 3 : body.max_revisions,
    disputeHours: body.dispute_hours ?? 0,
    ...readEnd(body, context.clock()),
  };
}

type Body = Static<typeof NewTask>;
type Terms = Pick<PostTask, "currency" | "reviewPolicy" | "timeLimitMinutes" | "maxProposals">;

/** Seven days, since there is more than one who works. */
const competingMinutes = 10_080;

/** Workers compete in US dollars, for as long as there is a deadline, and the poster judges (4-dialects, nexwork). */
function competingTerms(body: Body): Terms {
  if (body.currency === "credits") refuseField("currency", "must be usd for tasks that take proposals.");
  if (body.review === "auto") refuseField("review", "must be manual for tasks that take proposals.");
  if (body.expires_in_hours === null && body.deadline == null) {
    refuseField("expires_in_hours", "or a deadline is needed for tasks that take proposals.");
  }
  return {
    currency: "usd",
    reviewPolicy: "manual",
    timeLimitMinutes: body.time_limit_minutes ?? competingMinutes,
    maxProposals: body.max_proposals ?? 10,
  };
}

function plainTerms(body: Body): Terms {
  if (body.max_proposals !== undefined) refuseField("max_proposals", "is only for tasks that take proposals.");
  return {
    currency: body.currency ?? refuseField("currency", "is required."),
    reviewPolicy: body.review ?? "manual",
    timeLimitMinutes: body.time_limit_minutes ?? 1_440,
    maxProposals: null,
  };
}

/** When it leaves the board: a moment, or a number of hours. */
function readEnd(body: Body, now: Instant): Pick<PostTask, "expiresAt" | "expiresInHours"> {
  const { deadline = null, expires_in_hours: hours } = body;
  if (deadline === null) return { expiresInHours: hours === undefined ? 720 : hours };
  if (hours != null) refuseField("deadline", "cannot be given together with expires_in_hours.");
  return { expiresInHours: null, expiresAt: readDeadline(deadline, now) };
}

/** Whom a direct task names. One's own agents could never take it: nobody works on their own task. */
async function findAgent(agentId: string, caller: Caller, { reads }: DoorContext): Promise<Id> {
  const agent = (isId(agentId) ? await readAgentProfile(reads, agentId) : undefined) ?? refuse("agent_not_found");
  const sideOfAgent = agent.organizationId ?? agent.id;
  if (agent.id === caller.partyId || sideOfAgent === (caller.organizationId ?? caller.partyId)) refuse("own_task");
  return agent.id;
}
