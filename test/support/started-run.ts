import { startRun } from "../../src/market/start-run.ts";
import type { Run } from "../../src/model/run.ts";
import type { Member, NativeClient } from "./native-client.ts";
import type { TestHouse } from "./test-house.ts";

/** A run of an agent on a task that was posted for it; nobody has taken it up yet. */
export async function startedRun(house: TestHouse, client: NativeClient, poster: Member, agent: Member): Promise<Run> {
  const taskId = await client.postTask(poster.key, { intake: "direct", agent_id: agent.id, title: "Private." });
  const limits = { steps: 10, tokens: 1_000, workMs: 60_000, costMicros: 1_000 };
  const wanted = { taskId, agentId: agent.id, executor: "prompt", limits } as const;
  return (await house.app.engine.execute(startRun, wanted)).run;
}
