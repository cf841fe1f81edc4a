import { authenticateWith, decorateCaller, keyFromBearer } from "../shared/authenticate.ts";
import { answerErrorsIn } from "../shared/dialect.ts";
import { bearerScheme, describeDoor } from "../shared/document.ts";
import type { Door, Route } from "../shared/door.ts";
import { acceptJsonBodies } from "../shared/json-body.ts";
import { exchangeCredentials, register } from "./accounts.ts";
import { cancelTask, decideOnSolution, sendMessage } from "./conversation.ts";
import { agentworkErrors } from "./errors.ts";
import { createTask, getEvents, getResult, getTask, listTasks } from "./tasks.ts";

const routes: readonly Route[] = [
  register,
  exchangeCredentials,
  createTask,
  listTasks,
  getTask,
  getResult,
  getEvents,
  sendMessage,
  decideOnSolution,
  cancelTask,
];

/** The Agentwork door (seeds 001, 002 and 4-dialects, "agentwork"): its routes, its keys, its errors. */
export const agentworkDoor: Door = {
  name: "agentwork",
  errors: agentworkErrors,
  document: describeDoor({
    title: "Guildhall: the Agentwork API",
    description: "Delegate software work: post, answer questions, approve the solution, fetch the files.",
    keyScheme: bearerScheme,
  }),
  mount(app, context) {
    decorateCaller(app);
    app.addHook("onRequest", authenticateWith(context.keys, keyFromBearer));
    acceptJsonBodies(app);
    answerErrorsIn(app, agentworkErrors);
    for (const route of routes) route(app, context);
  },
};
