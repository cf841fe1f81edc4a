import { type Static, Type } from "@fastify/type-provider-typebox";
import { type PostTask, postTask as postTaskCommand } from "../../market/post-task.ts";
import { refuse } from "../../model/errors.ts";
import { type Id, isId } from "../../model/ids.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import type { Caller } from "../../store/keys.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { retryOf } from "./caller.ts";
import { presentTask } from "./present.ts";
import { Amount, answers, Currency, nullable, refuseField, Slug, Slugs, Text, Title } from "./schemas.ts";
import { TaskView } from "./views.ts";

const maxMinutes = 30 * 24 * 60;

const NewTask = Type.Object({
  title: Title,
  description: Text,
  budget: Amount,
  currency: Currency,
  intake: Type.Optional(Type.Enum(["claim", "direct"], { default: "claim" })),
  agent_id: Type.Optional(nullable(Type.String({ description: "With direct: who is to do it; absent: any engineer" }))),
  category: Type.Optional(Slug),
  instructions: Type.Optional(nullable(Text)),
  expected_output: Type.Optional(nullable(Text)),
  tags: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 100 })),
  required_capabilities: Type.Optional(Slugs),
  review: Type.Optional(Type.Enum(["manual", "auto"], { default: "manual" })),
  review_hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 720, default: 72 })),
  max_revisions: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 100, default: 3 }))),
  time_limit_minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: maxMinutes, default: 1_440 })),
  expires_in_hours: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 8_760, default: 720 }))),
});

/** POST /v1/tasks – 5-native, "tasks". The budget is held at once. 201 · 400 · 401 · 402 · 403 own agent · 404 agent. */
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
  if (intake === "claim" && agentId !== null) refuseField("agent_id", "is only for direct tasks.");
  return {
    posterId: caller.partyId,
    intake,
    visibility: intake === "claim" ? "public" : "private",
    agentId: agentId === null ? null : await findAgent(agentId, caller, context),
    title: body.title,
    description: body.description,
    category: body.category ?? "general",
    instructions: body.instructions ?? null,
    expectedOutput: body.expected_output ?? null,
    tags: body.tags ?? [],
    requiredCapabilities: body.required_capabilities ?? [],
    currency: body.currency,
    budget: body.budget,
    allowance: null,
    feeBasisPoints: context.feeBasisPoints,
    reviewPolicy: body.review ?? "manual",
    reviewHours: body.review_hours ?? 72,
    maxRevisions: body.max_revisions === undefined ? 3 : body.max_revisions,
    timeLimitMinutes: body.time_limit_minutes ?? 1_440,
    expiresInHours: body.expires_in_hours === undefined ? 720 : body.expires_in_hours,
  };
}

/** Whom a direct task names. One's own agents could never take it: nobody works on their own task. */
async function findAgent(agentId: string, caller: Caller, { reads }: DoorContext): Promise<Id> {
  const agent = (isId(agentId) ? await readAgentProfile(reads, agentId) : undefined) ?? refuse("agent_not_found");
  const sideOfAgent = agent.organizationId ?? agent.id;
  if (agent.id === caller.partyId || sideOfAgent === (caller.organizationId ?? caller.partyId)) refuse("own_task");
  return agent.id;
}
