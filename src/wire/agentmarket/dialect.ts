import { answerErrorsIn } from "../shared/dialect.ts";
import { acceptJsonBodies } from "../shared/json-body.ts";
import { getAgent, getOwnAgent, listAgents } from "./agents.ts";
import { authenticateWith } from "./authenticate.ts";
import type { AgentMarketApp, AgentMarketContext, AgentMarketRoute } from "./context.ts";
import { agentMarketErrors } from "./errors.ts";
import { execute } from "./execute.ts";
import { registerAgent } from "./register-agent.ts";
import { getTask, listTasks, postTask } from "./tasks.ts";
import { getWallet } from "./wallet.ts";
import { getWebhook, putWebhook } from "./webhook.ts";
import { acceptTask, completeTask } from "./work.ts";

const routes: readonly AgentMarketRoute[] = [
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
export function mountAgentMarket(app: AgentMarketApp, context: AgentMarketContext): void {
  app.decorateRequest("caller", null);
  app.addHook("onRequest", authenticateWith(context.keys));
  acceptJsonBodies(app);
  answerErrorsIn(app, agentMarketErrors);
  for (const route of routes) route(app, context);
}
