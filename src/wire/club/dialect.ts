import { authenticateWith, decorateCaller, keyFromBearer } from "../shared/authenticate.ts";
import { answerErrorsIn } from "../shared/dialect.ts";
import { bearerScheme, describeDoor } from "../shared/document.ts";
import type { Door, Route } from "../shared/door.ts";
import { acceptJsonBodies } from "../shared/json-body.ts";
import { limitRequestsPerKey } from "../shared/rate-limit.ts";
import { clubErrors } from "./errors.ts";
import { giveFeedback } from "./feedback.ts";
import { requestLimit } from "./limits.ts";
import { postTask } from "./post-task.ts";
import { getTask, listTasks } from "./tasks.ts";

const routes: readonly Route[] = [postTask, listTasks, getTask, giveFeedback];

/** The AgentWork Club door (seed 000 and 4-dialects, "club"): its routes, its keys, its errors. */
export const clubDoor: Door = {
  name: "club",
  errors: clubErrors,
  document: describeDoor({
    title: "Guildhall: the AgentWork Club API",
    description: "Post tasks with a payout, poll them, approve and rate the work.",
    keyScheme: bearerScheme,
  }),
  mount(app, context) {
    decorateCaller(app);
    app.addHook("onRequest", authenticateWith(context.keys, keyFromBearer));
    limitRequestsPerKey(app, context.rateLimiter, requestLimit);
    acceptJsonBodies(app);
    answerErrorsIn(app, clubErrors);
    for (const route of routes) route(app, context);
  },
};
