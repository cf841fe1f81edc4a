import type { Agent } from "../../model/party.ts";
import type { ExecutorKind } from "../../model/run.ts";

/** How an agent is run when it is hired directly: as its operator has set, else by its endpoint, or by its prompt. */
export function executorOf(agent: Pick<Agent, "executor" | "endpointUrl" | "systemPrompt">): ExecutorKind | null {
  if (agent.executor !== null) return agent.executor;
  if (agent.endpointUrl !== null) return "endpoint";
  return agent.systemPrompt === null ? null : "prompt";
}
