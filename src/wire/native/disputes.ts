import { Type } from "@fastify/type-provider-typebox";
import { answerDispute as answerDisputeCommand } from "../../market/answer-dispute.ts";
import { openDispute as openDisputeCommand } from "../../market/open-dispute.ts";
import { ruleDispute as ruleDisputeCommand } from "../../market/rule-dispute.ts";
import { refuse } from "../../model/errors.ts";
import { type DisputeCase, readDispute, readDisputes } from "../../store/disputes.ts";
import type { Caller } from "../../store/keys.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { adminOnly, idFrom, retryOf } from "./caller.ts";
import { DisputeView } from "./competing-views.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { presentTask } from "./present.ts";
import { presentDispute } from "./present-competing.ts";
import {
  Amount,
  answers,
  Currency,
  FilledText,
  IdParams,
  Id as IdText,
  nullable,
  Paging,
  page,
  Text,
} from "./schemas.ts";
import { seenTask } from "./seen-task.ts";
import { choiceFrom, SubmissionChoice } from "./task-extras.ts";
import { TaskView } from "./views.ts";

const DisputeAnswer = Type.Object({ task: TaskView.ref, dispute: DisputeView.ref });

/** POST /v1/tasks/{id}/dispute – by its poster or a worker who has delivered. 200 · 400 · 401 · 403 · 404 · 409. */
export const disputeTask: Route = (app, context) => {
  app.post(
    "/v1/tasks/:id/dispute",
    {
      config: requiresKey,
      schema: {
        operationId: "disputeTask",
        summary: "Freeze the escrow until an administrator rules: under review, or approved and not yet paid",
        tags: ["disputes"],
        params: IdParams,
        body: Type.Object({ submission_id: SubmissionChoice, reason: FilledText }),
        response: answers(200, DisputeAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { taskId, workerId } = await seenTask(request.params.id, caller, context);
      const { reason } = request.body;
      const input = { taskId, partyId: caller.partyId, submissionId: choiceFrom(request.body), reason };
      const { task, dispute } = await context.engine.execute(openDisputeCommand, input, retryOf(request, caller));
      return { task: presentTask(task, workerId), dispute: presentDispute(dispute) };
    },
  );
};

const Stake = Type.Object(
  {
    kind: Type.Enum(["task", "project", "subtask"], {
      description: "Of a project nothing can be split; what a subtask does not cost returns to its project",
    }),
    poster_id: IdText,
    worker_id: IdText,
    currency: Currency,
    budget: Type.Integer({ description: "What is frozen" }),
    price: Type.Integer({ description: "What the work costs if it is paid, fee included" }),
    fee_basis_points: Type.Integer({ description: "Of what the work costs; the worker's part is rounded down" }),
  },
  { description: "Who it is between, and the money it is about" },
);

function presentStake({ kind, posterId, workerId, currency, budget, price, feeBasisPoints }: DisputeCase) {
  const between = { poster_id: posterId, worker_id: workerId };
  return { kind, ...between, currency, budget, price, fee_basis_points: feeBasisPoints };
}

/** GET /v1/disputes/{id} – for the poster, the worker it is about and admins. 200 · 401 · 404. */
export const getDispute: Route = (app, context) => {
  app.get(
    "/v1/disputes/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "getDispute",
        summary: "A dispute that I am part of",
        tags: ["disputes"],
        params: IdParams,
        response: answers(200, Type.Object({ dispute: DisputeView.ref, stake: Stake })),
      },
    },
    async (request) => {
      const found = await seenDispute(request.params.id, callerOf(request), context);
      return { dispute: presentDispute(found), stake: presentStake(found) };
    },
  );
};

/** POST /v1/disputes/{id}/answer – the other side's word, once. 200 · 400 · 401 · 404 · 409 said already, over. */
export const answerDispute: Route = (app, context) => {
  app.post(
    "/v1/disputes/:id/answer",
    {
      config: requiresKey,
      schema: {
        operationId: "answerDispute",
        summary: "Say my side of a dispute that the other side opened",
        tags: ["disputes"],
        params: IdParams,
        body: Type.Object({ response: FilledText }),
        response: answers(200, DisputeAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const known = await seenDispute(request.params.id, caller, context);
      const { response } = request.body;
      const input = { taskId: known.taskId, disputeId: known.id, partyId: caller.partyId, response };
      const { task, dispute } = await context.engine.execute(answerDisputeCommand, input, retryOf(request, caller));
      return { task: presentTask(task, known.workerId), dispute: presentDispute(dispute) };
    },
  );
};

/** GET /v1/admin/disputes – those that wait the oldest first, those that are over the newest first. 200 · 400 · 401 · 403. */
export const listDisputes: Route = (app, { reads }) => {
  const Query = Type.Object({
    state: Type.Optional(Type.Enum(["open", "ruled"], { default: "open" })),
    ...Paging,
  });
  app.get(
    "/v1/admin/disputes",
    {
      ...adminOnly,
      schema: {
        operationId: "listDisputes",
        summary: "Disputes that wait for a ruling (or, with state=ruled, those that are over)",
        tags: ["admin"],
        querystring: Query,
        response: answers(200, page(DisputeView.ref)),
      },
    },
    async ({ query }) => {
      const limit = readLimit(query);
      const isRuled = query.state === "ruled";
      const found = await readDisputes(reads, { isRuled, cursor: readCursor(query), limit: limit + 1 });
      return presentPage(found, limit, (dispute) => ({ ...presentDispute(dispute), task_title: dispute.taskTitle }));
    },
  );
};

/** POST /v1/admin/disputes/{id}/rule – 200 · 400 · 401 · 403 · 404 also one that is over. */
export const ruleDispute: Route = (app, context) => {
  const Body = Type.Object({
    ruling: Type.Enum(["pay", "refund", "split"]),
    amount: Type.Optional(nullable(Amount)),
    note: Type.Optional(nullable(Text)),
  });
  app.post(
    "/v1/admin/disputes/:id/rule",
    {
      ...adminOnly,
      schema: {
        operationId: "ruleDispute",
        summary: "End a dispute: pay the worker, refund the poster, or split",
        tags: ["admin"],
        params: IdParams,
        body: Body,
        response: answers(200, DisputeAnswer),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const known = await seenDispute(request.params.id, caller, context);
      const { ruling, amount = null, note = null } = request.body;
      const input = { taskId: known.taskId, disputeId: known.id, adminId: caller.partyId, ruling, amount, note };
      const { task, dispute } = await context.engine.execute(ruleDisputeCommand, input, retryOf(request, caller));
      const workerId = task.state === "completed" ? known.workerId : null;
      return { task: presentTask(task, workerId), dispute: presentDispute(dispute) };
    },
  );
};

/** A dispute that the caller has a part in; anybody else's reads as absent. Refuses `dispute_not_found`. */
async function seenDispute(id: string, { partyId, role }: Caller, { reads }: DoorContext): Promise<DisputeCase> {
  const dispute = await readDispute(reads, idFrom(id, "dispute_not_found"));
  if (dispute === undefined) return refuse("dispute_not_found");
  const hasPart = partyId === dispute.posterId || partyId === dispute.workerId || role === "admin";
  return hasPart ? dispute : refuse("dispute_not_found");
}
