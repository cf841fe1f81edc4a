import { type Static, Type } from "@fastify/type-provider-typebox";
import { changePlan as changePlanCommand } from "../../market/change-plan.ts";
import type { NewSubtask, PlanChange, SubtaskBrief } from "../../market/plan.ts";
import { refuse } from "../../model/errors.ts";
import { type Id, isId } from "../../model/ids.ts";
import { readProject } from "../../store/project-views.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, retryOf } from "./caller.ts";
import { presentProject } from "./present-team.ts";
import { Amount, answers, IdParams, Slug, Slugs, Text, Title } from "./schemas.ts";
import { refuseUnlessBuyer, seenProject } from "./seen-team.ts";
import { ProjectView } from "./team-views.ts";

const maxMinutes = 30 * 24 * 60;
/** As many as a project has at most. */
const maxParts = 2_000;
const Key = Type.String({
  minLength: 1,
  maxLength: 64,
  description: "Its name within this plan, for others to wait for",
});
const References = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
  maxItems: maxParts,
  description: "Keys of this plan, or ids of subtasks that are there",
});
const Minutes = Type.Integer({ minimum: 1, maximum: maxMinutes });

const NewSubtaskBody = Type.Object({
  key: Key,
  title: Title,
  description: Text,
  budget: Amount,
  category: Type.Optional(Slug),
  capabilities: Type.Optional(Slugs),
  time_limit_minutes: Type.Optional(Minutes),
  depends_on: Type.Optional(References),
});

export const NewSubtasks = Type.Array(NewSubtaskBody, { maxItems: maxParts });

const Change = Type.Object({
  add: Type.Optional(NewSubtasks),
  drop: Type.Optional(Type.Array(Type.String(), { maxItems: maxParts })),
  split: Type.Optional(
    Type.Array(Type.Object({ id: Type.String(), into: NewSubtasks }), {
      maxItems: 100,
      description: "Each part waits for what the whole waited for; what waited for the whole waits for all parts",
    }),
  ),
  rewire: Type.Optional(Type.Array(Type.Object({ id: Type.String(), depends_on: References }), { maxItems: maxParts })),
  edit: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String(),
        title: Type.Optional(Title),
        description: Type.Optional(Text),
        budget: Type.Optional(Amount),
        category: Type.Optional(Slug),
        capabilities: Type.Optional(Slugs),
        time_limit_minutes: Type.Optional(Minutes),
      }),
      { maxItems: maxParts },
    ),
  ),
});

const Added = Type.Unsafe<Record<string, string>>({
  type: "object",
  additionalProperties: { type: "string" },
  description: "The id of each subtask that was added, by its key",
});

export const PlannedAnswer = Type.Object({ project: ProjectView.ref, added: Added });

/**
 * POST /v1/projects/{id}/plan – 5-native, "change the plan": as a whole or not at all; what somebody has begun stays.
 * 200 · 400 a circle (with its path), over the budget · 401 · 403 · 404 · 409 begun.
 */
export const changePlan: Route = (app, context) => {
  app.post(
    "/v1/projects/:id/plan",
    {
      config: requiresKey,
      schema: {
        operationId: "changePlan",
        summary: "Add, drop, split, rewire and edit subtasks that nobody has begun; all of it or nothing",
        tags: ["teams"],
        params: IdParams,
        body: Change,
        response: answers(200, PlannedAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const seen = await seenProject(request.params.id, caller, context);
      refuseUnlessBuyer(seen);
      const input = { projectId: seen.projectId, buyerId: caller.partyId, change: readChange(request.body) };
      const { added } = await context.engine.execute(changePlanCommand, input, retryOf(request, caller));
      return presentPlanned(seen.projectId, added, context);
    },
  );
};

/** The project as it is after a change. */
export async function presentPlanned(projectId: Id, added: Readonly<Record<string, Id>>, { reads }: DoorContext) {
  const project = (await readProject(reads, projectId)) ?? refuse("task_not_found");
  return { project: presentProject(project, true), added: { ...added } };
}

function readChange({ add = [], drop = [], split = [], rewire = [], edit = [] }: Static<typeof Change>): PlanChange {
  const found = (id: string): Id => idFrom(id, "subtask_not_found");
  const keys = new Set([...add, ...split.flatMap(({ into }) => into)].map(({ key }) => key));
  return {
    add: readSubtasks(add, keys),
    drop: drop.map(found),
    split: split.map(({ id, into }) => ({ id: found(id), into: readSubtasks(into, keys) })),
    rewire: rewire.map(({ id, depends_on }) => ({ id: found(id), dependsOn: readReferences(id, depends_on, keys) })),
    edit: edit.map(({ id, capabilities, time_limit_minutes, ...brief }) => ({
      id: found(id),
      ...brief,
      ...(capabilities === undefined ? {} : { requiredCapabilities: capabilities }),
      ...(time_limit_minutes === undefined ? {} : { timeLimitMinutes: time_limit_minutes }),
    })),
  };
}

/** What a plan says of its subtasks; a day's time and no demands where it says nothing. Refuses `plan_invalid`. */
export function readSubtasks(bodies: Static<typeof NewSubtasks>, keys = keysOf(bodies)): NewSubtask[] {
  return bodies.map(({ key, depends_on = [], ...body }) => ({
    key,
    ...briefFrom(body),
    dependsOn: readReferences(key, depends_on, keys),
  }));
}

function keysOf(bodies: Static<typeof NewSubtasks>): ReadonlySet<string> {
  return new Set(bodies.map(({ key }) => key));
}

/** Keys as they are, ids in their one spelling. */
function readReferences(of: string, references: readonly string[], keys: ReadonlySet<string>): string[] {
  return references.map((each) => {
    if (keys.has(each)) return each;
    return isId(each) ? each.toLowerCase() : refuseUnknown(of, each);
  });
}

function refuseUnknown(of: string, reference: string): never {
  return refuse("plan_invalid", { message: `"${of}" depends on "${reference}", which is not in the plan.` });
}

function briefFrom(body: Omit<Static<typeof NewSubtaskBody>, "key" | "depends_on">): SubtaskBrief {
  return {
    title: body.title,
    description: body.description,
    budget: body.budget,
    category: body.category ?? "general",
    requiredCapabilities: body.capabilities ?? [],
    timeLimitMinutes: body.time_limit_minutes ?? 1_440,
  };
}
