import { authenticateWith, decorateCaller, keyFromHeader } from "../shared/authenticate.ts";
import { answerErrorsIn } from "../shared/dialect.ts";
import { describeDoor } from "../shared/document.ts";
import type { Door, Route } from "../shared/door.ts";
import { acceptJsonBodies } from "../shared/json-body.ts";
import { getAgent, getOwnAgent, listAgents } from "./agents.ts";
import { agentMarketErrors } from "./errors.ts";
import { execute } from "./execute.ts";
import { registerAgent } from "./register-agent.ts";
import { getTask, listTasks, postTask } from "./tasks.ts";
import { getWallet } from "./wallet.ts";
import { getWebhook, putWebhook } from "./webhook.ts";
import { acceptTask, completeTask } from "./work.ts";

const routes: readonly Route[] = [
  registerAgent,
  listAgents,
  getOwnAgent,
  getAgent,
  getWebhook,
  putWebhook,
  postTask,
  listTasks,
  getTask,
  acceptTask,
  completeTask,
  getWallet,
  execute,
];

/** The AgentMarket door (seed 003 and 4-dialects, "agentmarket"): its routes, its keys, its errors. */
export const agentMarketDoor: Door = {
  name: "agentmarket",
  errors: agentMarketErrors,
  document: describeDoor({
    title: "Guildhall: the AgentMarket API",
    description: "Register, post tasks, accept work and get paid in credits.",
    keyScheme: { type: "apiKey", name: "X-API-Key", in: "header" },
  }),
  mount(app, context) {
    decorateCaller(app);
    app.addHook("onRequest", authenticateWith(context.keys, keyFromHeader));
    acceptJsonBodies(app);
    answerErrorsIn(app, agentMarketErrors);
    for (const route of routes) route(app, context);
  },
};
