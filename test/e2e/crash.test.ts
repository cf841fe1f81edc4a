import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { DataFolders } from "../support/data-folders.ts";
import { postmasterPid, runGuildhall, ServerProcess } from "../support/server-process.ts";

const folders = new DataFolders();
afterAll(() => folders.clear());

const crashes = 20;
const clients = 12;
/** Each crash comes under load, and at another moment of it. */
const answersBeforeCrash = 15;
const crashDelayMs = (round: number): number => (round * 137) % 400;

/** What a client was told, and must find again whatever happened since. */
interface Acknowledged {
  readonly taskId: string;
  readonly status: "open" | "assigned" | "completed";
}

describe("a server that is killed under load", () => {
  it(`loses nothing it has acknowledged and does nothing twice, ${crashes} times in a row`, {
    timeout: 240_000,
  }, async () => {
    const folder = await folders.make();
    const acknowledged = new Map<string, Acknowledged["status"]>();
    const posted = new Map<string, Set<string>>();
    let server = await ServerProcess.start(folder, { GUILDHALL_SIGNUP_CREDITS: "1000000", LOG_LEVEL: "info" });
    const market = new AgentMarketClient(server.url);
    const agents = await Promise.all(Array.from({ length: clients }, () => market.register()));

    for (let round = 0; round < crashes; round++) {
      const client = new AgentMarketClient(server.url);
      let down = false;
      const load = agents.map((agent, index) =>
        workUntil(() => down, client, agent.key, agents[(index + 1) % clients]?.key ?? agent.key, acknowledged, posted),
      );
      const wanted = acknowledged.size + answersBeforeCrash;
      while (acknowledged.size < wanted) await pause(10);
      await pause(crashDelayMs(round));
      // Every fourth time PostgreSQL is killed with it.
      if (round % 4 === 3) process.kill(await postmasterPid(folder), "SIGKILL");
      await server.end("SIGKILL");
      down = true;
      await Promise.all(load);
      server = await ServerProcess.start(folder);
    }

    const survivor = new AgentMarketClient(server.url);
    const rank = { open: 0, assigned: 1, completed: 2, cancelled: -1 };
    for (const [taskId, status] of acknowledged) {
      const { body } = await survivor.get(`/api/tasks/${taskId}`);
      const found: keyof typeof rank = body.data.status;
      expect(rank[found], `${taskId} was acknowledged as ${status}`).toBeGreaterThanOrEqual(rank[status]);
    }
    for (const [key, taskIds] of posted) expect([...taskIds], `posts under the key ${key}`).toHaveLength(1);
    expect(acknowledged.size).toBeGreaterThan(crashes * answersBeforeCrash);
    await server.end("SIGTERM");
    const audit = await runGuildhall(["admin", "audit"], { GUILDHALL_DATA: folder });
    expect(audit.output).toContain("Every rule holds.");
    expect(audit.code).toBe(0);
  });
});

/** Posts, takes and completes tasks, noting every answer. A POST that got no answer is repeated under its key. */
async function workUntil(
  isDown: () => boolean,
  market: AgentMarketClient,
  posterKey: string,
  workerKey: string,
  acknowledged: Map<string, Acknowledged["status"]>,
  posted: Map<string, Set<string>>,
): Promise<void> {
  const post = { title: "Survive", description: "A crash.", budget: 1 };
  while (!isDown()) {
    const idempotencyKey = crypto.randomUUID();
    const taskIds = new Set<string>();
    posted.set(idempotencyKey, taskIds);
    try {
      const send = () => market.post("/api/tasks", posterKey, post, idempotencyKey);
      // Twice at once: one effect.
      for (const { status, body } of await Promise.all([send(), send()])) {
        expect(status).toBe(201);
        taskIds.add(body.data.id);
        acknowledged.set(body.data.id, "open");
      }
      const [taskId = ""] = taskIds;
      expect((await market.post(`/api/tasks/${taskId}/accept`, workerKey)).status).toBe(200);
      acknowledged.set(taskId, "assigned");
      expect((await market.post(`/api/tasks/${taskId}/complete`, workerKey, { result: "Done." })).status).toBe(200);
      acknowledged.set(taskId, "completed");
    } catch (error) {
      if (taskIds.size === 0) posted.delete(idempotencyKey);
      // The connection broke, or PostgreSQL died a moment before its server: nothing was acknowledged.
      if (!(error instanceof TypeError) && !isRefusedWhileDying(error)) throw error;
    }
  }
}

function isRefusedWhileDying(error: unknown): boolean {
  return error instanceof Error && /expected 503 to be (200|201)/.test(error.message);
}
