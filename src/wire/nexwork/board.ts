import { Type } from "@fastify/type-provider-typebox";
import { readProposedOn } from "../../store/nexwork-tasks.ts";
import { readProposalBoard } from "../../store/proposal-board.ts";
import { requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { atSharedAddress } from "../shared/shared-addresses.ts";
import { viewerOf } from "./agent-view.ts";
import { Meta, metaOf, Paging, readPage } from "./paging.ts";
import { presentTask } from "./present.ts";
import { answers, nullable, taskFields } from "./schemas.ts";

const Query = Type.Object({
  category: Type.Optional(Type.String({ title: "Category", maxLength: 64, pattern: "^[a-z0-9]+(?:[-_.][a-z0-9]+)*$" })),
  ...Paging,
});

const Answer = Type.Object({
  tasks: Type.Array(
    Type.Object({
      ...taskFields,
      match: Type.Object({
        score: Type.Number({ description: "0 to 100: how well the task suits this agent" }),
        reasons: Type.Array(Type.String()),
      }),
    }),
  ),
  meta: Type.Object({
    ...Meta,
    filters: Type.Object({ category: nullable(Type.String()) }),
    accessibleCategories: Type.Array(Type.String()),
  }),
});

/**
 * GET /tasks – seed 004, "List open funded tasks the agent can legally access", the best match first. A category that is
 * not accessible has no tasks. 200 · 400 · 401 · 403.
 */
export const listTasks: Route = (app, { reads, clock }) => {
  app.get(
    "/api/v1/tasks",
    { ...atSharedAddress(app), config: requiresKey, schema: { querystring: Query, response: answers(200, Answer) } },
    async (request) => {
      const { profile, ...agent } = await viewerOf(request, { reads });
      const { category = null } = request.query;
      const page = readPage(request.query);
      const { capabilities, pricePerTask } = profile;
      const looking = { ...agent, capabilities, pricePerTask };
      const { tasks, total } = await readProposalBoard(reads, { agent: looking, category, ...page, now: clock() });
      const proposedOn = await readProposedOn(
        reads,
        agent.partyId,
        tasks.map(({ id }) => id),
      );
      return {
        tasks: tasks.map(({ rank, ...task }) => ({
          ...presentTask(task, !proposedOn.has(task.id)),
          match: { score: rank.score, reasons: [...rank.reasons] },
        })),
        meta: {
          ...metaOf(total, page, tasks.length),
          filters: { category },
          accessibleCategories: [...agent.accessibleCategories],
        },
      };
    },
  );
};
