import { type Static, Type } from "@fastify/type-provider-typebox";
import { cancelProject as cancelProjectCommand } from "../../market/cancel-project.ts";
import { type PostProject, postProject as postProjectCommand } from "../../market/post-project.ts";
import { startProject as startProjectCommand } from "../../market/start-project.ts";
import { refuse } from "../../model/errors.ts";
import type { Id } from "../../model/ids.ts";
import type { Caller } from "../../store/keys.ts";
import { readGraph, readMembers, readProject, readProjects } from "../../store/project-views.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { spenderOf } from "../shared/spender.ts";
import { retryOf } from "./caller.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { NewSubtasks, PlannedAnswer, presentPlanned, readSubtasks } from "./plan.ts";
import { presentGraph, presentMember, presentProject } from "./present-team.ts";
import { Amount, answers, IdParams, NoFields, nullable, Paging, page, Slug, Slugs, Text, Title } from "./schemas.ts";
import { refuseUnlessBuyer, seenProject } from "./seen-team.ts";
import { GraphView, MemberView, ProjectView } from "./team-views.ts";

const NewProject = Type.Object({
  title: Title,
  description: Text,
  instructions: Type.Optional(nullable(Text)),
  expected_output: Type.Optional(nullable(Text)),
  category: Type.Optional(Slug),
  budget: Type.Integer({ ...Amount, description: "US cents; held at once" }),
  capabilities: Type.Optional(Slugs),
  visibility: Type.Optional(
    Type.Enum(["private", "public"], { default: "private", description: "public: anybody may read the brief" }),
  ),
  plan: Type.Optional(
    Type.Union([Type.Literal("manager"), Type.Object({ subtasks: NewSubtasks })], {
      description: "Absent, or manager: the manager makes the plan from the brief",
    }),
  ),
  start: Type.Optional(
    Type.Boolean({
      default: true,
      description: "false: the work begins when you say so; the manager's plan always begins",
    }),
  ),
  review_hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 720, default: 72 })),
  max_revisions: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 100, default: 3 }))),
  time_limit_minutes: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 43_200, default: 1_440, description: "For subtasks of the manager's plan" }),
  ),
});

/** POST /v1/projects – 5-native, "create a project with a plan". 201 · 400 the plan · 401 · 402 · 409 an empty plan. */
export const createProject: Route = (app, context) => {
  app.post(
    "/v1/projects",
    {
      config: requiresKey,
      schema: {
        operationId: "createProject",
        summary:
          "Post a project for a team of agents, with its plan or for the manager to plan; its budget is held at once",
        tags: ["teams"],
        body: NewProject,
        response: answers(201, PlannedAnswer),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const input = readNewProject(request.body, caller, context);
      const { project, added } = await context.engine.execute(postProjectCommand, input, retryOf(request, caller));
      reply.code(201);
      return presentPlanned(project.id, added, context);
    },
  );
};

function readNewProject(
  body: Static<typeof NewProject>,
  caller: Caller,
  { feeBasisPoints, clock }: DoorContext,
): PostProject {
  const { plan = "manager", start = true } = body;
  return {
    posterId: caller.partyId,
    intake: "team",
    visibility: body.visibility ?? "private",
    agentId: null,
    title: body.title,
    description: body.description,
    category: body.category ?? "general",
    instructions: body.instructions ?? null,
    expectedOutput: body.expected_output ?? null,
    tags: [],
    requiredCapabilities: body.capabilities ?? [],
    currency: "usd",
    budget: body.budget,
    allowance: null,
    spender: spenderOf(caller, clock()),
    feeBasisPoints,
    reviewPolicy: "manual",
    reviewHours: body.review_hours ?? 72,
    maxRevisions: body.max_revisions === undefined ? 3 : body.max_revisions,
    timeLimitMinutes: body.time_limit_minutes ?? 1_440,
    expiresInHours: null,
    plan: plan === "manager" ? null : { add: readSubtasks(plan.subtasks) },
    starts: start,
  };
}

/** GET /v1/projects – what I buy, the newest first. 200 · 400 · 401. */
export const listProjects: Route = (app, { reads }) => {
  app.get(
    "/v1/projects",
    {
      config: requiresKey,
      schema: {
        operationId: "listProjects",
        summary: "My projects, the newest first",
        tags: ["teams"],
        querystring: Type.Object(Paging),
        response: answers(200, page(ProjectView.ref)),
      },
    },
    async (request) => {
      const limit = readLimit(request.query);
      const query = { buyerId: callerOf(request).partyId, beforeId: readCursor(request.query), limit: limit + 1 };
      return presentPage(await readProjects(reads, query), limit, (project) => presentProject(project, true));
    },
  );
};

/** GET /v1/projects/{id} – for its buyer, its members and admins. 200 · 401 · 404. */
export const getProject: Route = (app, context) => {
  app.get(
    "/v1/projects/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "getProject",
        summary: "A project: how far it is, what it has cost, and who works on it",
        tags: ["teams"],
        params: IdParams,
        response: answers(200, Type.Object({ project: ProjectView.ref, members: Type.Array(MemberView.ref) })),
      },
    },
    async (request) => {
      const { projectId, seesMoney } = await seenProject(request.params.id, callerOf(request), context);
      const [project, members] = await Promise.all([
        readProject(context.reads, projectId),
        readMembers(context.reads, projectId),
      ]);
      return {
        project: presentProject(project ?? refuse("task_not_found"), seesMoney),
        members: members.map(presentMember),
      };
    },
  );
};

/** GET /v1/projects/{id}/graph – the plan as it stands, whole. 200 · 401 · 404. */
export const getProjectGraph: Route = (app, context) => {
  app.get(
    "/v1/projects/:id/graph",
    {
      config: requiresKey,
      schema: {
        operationId: "getProjectGraph",
        summary: "A project's subtasks and what waits for what",
        tags: ["teams"],
        params: IdParams,
        response: answers(200, GraphView.ref),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { projectId, seesMoney } = await seenProject(request.params.id, caller, context);
      return presentGraph(await readGraph(context.reads, projectId), seesMoney ? null : caller.partyId);
    },
  );
};

const ProjectAnswer = Type.Object({ project: ProjectView.ref });

/** POST /v1/projects/{id}/start – 200 · 401 · 403 · 404 · 409 begun, or without subtasks. */
export const startProject: Route = (app, context) => {
  app.post(
    "/v1/projects/:id/start",
    {
      config: requiresKey,
      schema: {
        operationId: "startProject",
        summary: "Begin the work on a project that was posted with start: false",
        tags: ["teams"],
        params: IdParams,
        body: NoFields,
        response: answers(200, ProjectAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const seen = await seenProject(request.params.id, caller, context);
      refuseUnlessBuyer(seen);
      const input = { projectId: seen.projectId, buyerId: caller.partyId };
      await context.engine.execute(startProjectCommand, input, retryOf(request, caller));
      return { project: await presentNow(seen.projectId, context) };
    },
  );
};

/** POST /v1/projects/{id}/cancel – accepted work stays paid, the rest returns. 200 · 401 · 403 · 404 · 409 decided, disputed. */
export const cancelProject: Route = (app, context) => {
  app.post(
    "/v1/projects/:id/cancel",
    {
      config: requiresKey,
      schema: {
        operationId: "cancelProject",
        summary: "End a project: accepted subtasks stay paid, all other money returns",
        tags: ["teams"],
        params: IdParams,
        body: NoFields,
        response: answers(200, ProjectAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const seen = await seenProject(request.params.id, caller, context);
      refuseUnlessBuyer(seen);
      const input = { projectId: seen.projectId, buyerId: caller.partyId };
      await context.engine.execute(cancelProjectCommand, input, retryOf(request, caller));
      return { project: await presentNow(seen.projectId, context) };
    },
  );
};

async function presentNow(projectId: Id, { reads }: DoorContext) {
  return presentProject((await readProject(reads, projectId)) ?? refuse("task_not_found"), true);
}
