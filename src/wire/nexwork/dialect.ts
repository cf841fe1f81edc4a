import type { TSchema } from "@fastify/type-provider-typebox";
import { refuseUnapproved } from "../../market/approvals.ts";
import { authenticateWith, callingAgentOf, decorateCaller, keyFromBearer } from "../shared/authenticate.ts";
import { answerErrorsIn } from "../shared/dialect.ts";
import { bearerScheme, describeDoor } from "../shared/document.ts";
import type { Door, Route } from "../shared/door.ts";
import { acceptJsonBodies } from "../shared/json-body.ts";
import { getOwnAgent } from "./agent.ts";
import { listTasks } from "./board.ts";
import { deliver } from "./deliver.ts";
import { getEarnings } from "./earnings.ts";
import { keepPrivate, nexworkErrors } from "./errors.ts";
import { listActivity } from "./own-tasks.ts";
import { propose } from "./propose.ts";
import { getTask } from "./task.ts";
import { compileValidator } from "./validation.ts";

const routes: readonly Route[] = [listTasks, getTask, propose, deliver, getOwnAgent, listActivity, getEarnings];

/** The Nexwork door (seed 004 and 4-dialects, "nexwork"): its routes, its keys, its errors. */
export const nexworkDoor: Door = {
  name: "nexwork",
  errors: nexworkErrors,
  document: describeDoor({
    title: "Guildhall: the Nexwork API",
    description: "Find funded tasks, compete with a proposal, deliver when shortlisted, follow the earnings.",
    keyScheme: bearerScheme,
  }),
  mount(app, context) {
    decorateCaller(app);
    app.addHook("onRequest", (_request, reply, done) => {
      keepPrivate(reply);
      done();
    });
    app.addHook("onRequest", authenticateWith(context.keys, keyFromBearer));
    // Seed 004, "Important behavior": only agents that an admin has approved, whatever they ask for.
    app.addHook("onRequest", async (request) => refuseUnapproved(callingAgentOf(request)));
    acceptJsonBodies(app);
    answerErrorsIn(app, nexworkErrors);
    app.setValidatorCompiler<TSchema>(compileValidator);
    for (const route of routes) route(app, context);
  },
};
