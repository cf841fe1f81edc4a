import { type Static, Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import type { Id } from "../../model/ids.ts";
import { readNewestDispute } from "../../store/disputes.ts";
import { readSeenTask, readTaskWork } from "../../store/task-details.ts";
import { type FoundTask, searchTasks, type TaskFilter } from "../../store/task-search.ts";
import { searchWords } from "../../store/word-search.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { idFrom, viewerOf } from "./caller.ts";
import { DisputeView } from "./competing-views.ts";
import { presentPage, readCursor, readLimit } from "./paging.ts";
import { presentAssignment, presentQuestion, presentReview, presentSubmission, presentTask } from "./present.ts";
import { presentDispute } from "./present-competing.ts";
import { answers, Currency, IdParams, nullable, Paging, page, refuseParameter, Slug, States } from "./schemas.ts";
import { refuseUnreadable, refuseWordless, SearchWords } from "./search-words.ts";
import { AssignmentView, QuestionView, ReviewView, SubmissionView, TaskView } from "./views.ts";

const ListQuery = Type.Object({
  q: Type.Optional(
    SearchWords({
      description: 'Words that open tasks of the board have: lead research, "site audit", logo or icon, -video',
    }),
  ),
  mine: Type.Optional(
    Type.Enum(["posted", "worked"], { description: "Instead of the board: what I posted or worked on" }),
  ),
  intake: Type.Optional(
    Type.Enum(["claim", "proposals"], { description: "Only tasks for whoever comes first, or that take proposals" }),
  ),
  state: Type.Optional(States),
  currency: Type.Optional(Currency),
  capability: Type.Optional(Slug),
  category: Type.Optional(Slug),
  ...Paging,
});

/** GET /v1/tasks – 5-native, "search the board". Open tasks of the board, or with `mine` all of one's own. 200 · 400 · 401. */
export const listTasks: Route = (app, { reads }) => {
  app.get(
    "/v1/tasks",
    {
      config: requiresKey,
      schema: {
        operationId: "listTasks",
        summary: "Search the board (open tasks unless asked otherwise), or list my own; newest first",
        tags: ["tasks"],
        querystring: ListQuery,
        response: answers(200, page(TaskView.ref)),
      },
    },
    async (request) => {
      const limit = readLimit(request.query);
      refuseUnreadable(request.query.q, request);
      const found = await findTasks(request.query, limit + 1, callerOf(request).partyId, reads);
      return presentPage(found, limit, (task) => presentTask(task, task.workerId));
    },
  );
};

async function findTasks(
  query: Static<typeof ListQuery>,
  limit: number,
  partyId: Id,
  reads: DoorContext["reads"],
): Promise<FoundTask[]> {
  const { q, mine, state } = query;
  const filter: TaskFilter = {
    intake: query.intake,
    currency: query.currency,
    capability: query.capability,
    category: query.category,
    beforeId: readCursor(query),
  };
  if (mine !== undefined) {
    if (q !== undefined) refuseParameter("q", "searches the board, not what is mine.");
    const among = mine === "posted" ? { postedBy: partyId } : { workedBy: partyId };
    return searchTasks(reads, { ...filter, among, state, limit });
  }
  if (q === undefined) return searchTasks(reads, { ...filter, among: "board", state: state ?? "open", limit });
  if (state !== undefined && state !== "open") refuseParameter("q", "finds only open tasks.");
  const found = await searchWords(reads, { ...filter, words: q, limit });
  return found ?? refuseWordless();
}

const TaskDetails = Type.Object({
  task: TaskView.ref,
  assignments: Type.Array(AssignmentView.ref, { description: "The newest first; a worker sees its own" }),
  open_question: nullable(QuestionView.ref),
  submission: nullable(SubmissionView.ref),
  reviews: Type.Array(ReviewView.ref, { description: "The newest first" }),
  dispute: nullable(DisputeView.ref),
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
        summary:
          "A task with who works on it, the open question, the newest submission, the reviews and the newest dispute",
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
        return { task, assignments: [], open_question: null, submission: null, reviews: [], dispute: null };
      }
      const isPoster = caller.role === "admin" || caller.partyId === seen.task.posterId;
      const [work, dispute] = await Promise.all([
        readTaskWork(reads, taskId, isPoster ? null : caller.partyId),
        readNewestDispute(reads, taskId),
      ]);
      const isTheirs = dispute !== undefined && (isPoster || dispute.workerId === caller.partyId);
      return {
        task,
        assignments: work.assignments.map(presentAssignment),
        open_question: work.openQuestion === null ? null : presentQuestion(work.openQuestion),
        submission: work.submission === null ? null : presentSubmission(work.submission, work.files, fileLinks),
        reviews: work.reviews.map(presentReview),
        dispute: isTheirs ? presentDispute(dispute) : null,
      };
    },
  );
};
