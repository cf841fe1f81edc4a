import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { readClubPage } from "../../store/club-tasks.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { presentTask } from "./present.ts";
import { answers, FlatTaskAnswer, ListAnswer, ListQuery, TaskId } from "./schemas.ts";

const defaultLimit = 20;

/** GET /tasks – seed 000, "List your tasks". 200 · 400 · 401 · 429. */
export const listTasks: Route = (app, { reads, fileLinks }) => {
  app.get(
    "/api/agent/v1/tasks",
    { config: requiresKey, schema: { querystring: ListQuery, response: answers(200, ListAnswer) } },
    async (request) => {
      const { status = "all", page: pageText = "1", limit: limitText = String(defaultLimit) } = request.query;
      const [page, limit] = [Number(pageText), Number(limitText)];
      const { tasks, total } = await readClubPage(reads, {
        posterId: callerOf(request).partyId,
        section: status === "all" ? undefined : status,
        offset: (page - 1) * limit,
        limit,
      });
      return { tasks: tasks.map((task) => presentTask(task, (id) => fileLinks.signedUrl(id))), page, limit, total };
    },
  );
};

/** GET /tasks/:id – seed 000, used by its sample: the fields at the top; and under `task`. 200 · 401 · 404 · 429. */
export const getTask: Route = (app, { clubTasks, fileLinks }) => {
  app.get(
    "/api/agent/v1/tasks/:id",
    { config: requiresKey, schema: { params: TaskId, response: answers(200, FlatTaskAnswer) } },
    async (request) => {
      const caller = callerOf(request);
      const { id } = request.params;
      if (!isId(id)) refuse("task_not_found");
      const found = (await clubTasks.find(id, caller.partyId)) ?? refuse("task_not_found");
      const task = presentTask(found, (fileId) => fileLinks.signedUrl(fileId));
      return { ...task, task };
    },
  );
};
