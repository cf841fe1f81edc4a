import { Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import { readSeenTask, readTaskWork } from "../../store/task-details.ts";
import { searchTasks } from "../../store/task-search.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idFrom, viewerOf } from "./caller.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { presentAssignment, presentQuestion, presentReview, presentSubmission, presentTask } from "./present.ts";
import { answers, Currency, IdParams, nullable, Paging, page, Slug, States } from "./schemas.ts";
import { AssignmentView, QuestionView, ReviewView, SubmissionView, TaskView } from "./views.ts";

/** GET /v1/tasks – 5-native, "search the board". Open tasks of the board, or with `mine` all of one's own. 200 · 400 · 401. */
export const listTasks: Route = (app, { reads }) => {
  const Query = Type.Object({
    mine: Type.Optional(
      Type.Enum(["posted", "worked"], { description: "Instead of the board: what I posted or worked on" }),
    ),
    state: Type.Optional(States),
    currency: Type.Optional(Currency),
    capability: Type.Optional(Slug),
    category: Type.Optional(Slug),
    ...Paging,
  });
  app.get(
    "/v1/tasks",
    {
      config: requiresKey,
      schema: {
        operationId: "listTasks",
        summary: "Search the board (open tasks unless asked otherwise), or list my own; newest first",
        tags: ["tasks"],
        querystring: Query,
        response: answers(200, page(TaskView.ref)),
      },
    },
    async (request) => {
      const { partyId } = callerOf(request);
      const { query } = request;
      const limit = readLimit(query);
      const found = await searchTasks(reads, {
        among:
          query.mine === undefined ? "board" : query.mine === "posted" ? { postedBy: partyId } : { workedBy: partyId },
        state: query.state ?? (query.mine === undefined ? "open" : undefined),
        currency: query.currency,
        capability: query.capability,
        category: query.category,
        beforeId: readCursor(query),
        limit: limit + 1,
      });
      return presentPage(found, limit, (task) => presentTask(task, task.workerId));
    },
  );
};

const TaskDetails = Type.Object({
  task: TaskView.ref,
  assignments: Type.Array(AssignmentView.ref, { description: "The newest first; a worker sees its own" }),
  open_question: nullable(QuestionView.ref),
  submission: nullable(SubmissionView.ref),
  reviews: Type.Array(ReviewView.ref, { description: "The newest first" }),
});

/**
 * GET /v1/tasks/{id} – 5-native, "tasks". With what was done on it, for its poster, its worker and admins; somebody who
 * worked on it before sees their own part; anybody else only the brief of a public task. 200 · 401 · 404.
 */
export const getTask: Route = (app, { reads, fileLinks }) => {
  app.get(
    "/v1/tasks/:id",
    {
      config: requiresKey,
      schema: {
        operationId: "getTask",
        summary: "A task with who works on it, the open question, the newest submission and the reviews",
        tags: ["tasks"],
        params: IdParams,
        response: answers(200, TaskDetails),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const taskId = idFrom(request.params.id, "task_not_found");
      const seen = (await readSeenTask(reads, taskId, viewerOf(caller))) ?? refuse("task_not_found");
      const task = presentTask(seen.task, seen.workerId);
      if (seen.standing === "public") {
        return { task, assignments: [], open_question: null, submission: null, reviews: [] };
      }
      const isPoster = caller.role === "admin" || caller.partyId === seen.task.posterId;
      const work = await readTaskWork(reads, taskId, isPoster ? null : caller.partyId);
      return {
        task,
        assignments: work.assignments.map(presentAssignment),
        open_question: work.openQuestion === null ? null : presentQuestion(work.openQuestion),
        submission: work.submission === null ? null : presentSubmission(work.submission, work.files, fileLinks),
        reviews: work.reviews.map(presentReview),
      };
    },
  );
};
