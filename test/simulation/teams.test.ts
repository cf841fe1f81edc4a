import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideApproval } from "../../src/market/decide-approval.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { registerOrganization } from "../../src/market/register-organization.ts";
import { isLive } from "../../src/model/assignment.ts";
import type { Id } from "../../src/model/ids.ts";
import type { Task } from "../../src/model/task.ts";
import { dependencyKey } from "../../src/model/team.ts";
import { EngineStage } from "../support/engine-stage.ts";
import { anAgent, anOrganization } from "../support/market-inputs.ts";
import { MemoryMarket } from "../support/memory-market.ts";
import { type Execute, TeamPlay, type TeamStory, teamStory } from "./team-story.ts";

const projectMoney = 70;
const agentCount = 3;

/** A buyer with money and three approved agents. */
async function castOf(execute: Execute): Promise<{ buyer: Id; agents: Id[] }> {
  const buyer = (await execute(registerOrganization, anOrganization(1_000))).party.id;
  const agents: Id[] = [];
  for (let count = 0; count < agentCount; count++) {
    const agentId = (await execute(registerAgent, anAgent())).party.id;
    await execute(decideApproval, { agentId, approval: "approved", reason: null, decidedById: buyer });
    agents.push(agentId);
  }
  return { buyer, agents };
}

async function playInMemory({ plan, steps }: TeamStory) {
  const market = new MemoryMarket();
  const execute: Execute = async (command, input) => market.execute(command, input);
  const { buyer, agents } = await castOf(execute);
  const read = async (id: Id) => {
    const task = market.tasks.get(id);
    if (task === undefined) throw new Error(`There is no task ${id}.`);
    const live = [...market.assignments.values()].find(({ taskId, state }) => taskId === id && isLive(state));
    return { task, worker: live?.workerId, assignment: live?.id };
  };
  const play = new TeamPlay({ execute, buyer, agents, read });
  await play.begin(plan, projectMoney);
  for (const step of steps) {
    await play.take(step);
    expectSoundTeam(market, play.projectId);
  }
  return { market, play, buyer, agents };
}

/** What must hold after every step. */
function expectSoundTeam(market: MemoryMarket, projectId: Id): void {
  const parts = [...market.tasks.values()].filter(({ parentId }) => parentId === projectId);
  const edges = [...market.dependencies.values()].filter(({ removed }) => !removed);
  let held = market.account(`escrow:${projectId}`);
  for (const part of parts) {
    const unmet = edges.filter(
      ({ taskId, dependsOnId }) => taskId === part.id && market.tasks.get(dependsOnId)?.state !== "completed",
    );
    if (part.state !== "cancelled" && part.state !== "completed") {
      expect(part.waitingFor, `${part.title} waits for`).toBe(unmet.length);
    }
    if (part.state !== "open" && part.state !== "cancelled") {
      expect(unmet.map(dependencyKey), `${part.title} (${part.state}) began early`).toEqual([]);
    }
    held += market.account(`escrow:${part.id}`);
  }
  const project = market.tasks.get(projectId);
  const cost = sum(parts.filter(({ state }) => state === "completed").map(({ price }) => price ?? 0));
  expect(project?.price ?? 0).toBe(cost);
  const isOver = project?.state === "completed" || project?.state === "cancelled";
  expect(market.account(`escrow:${projectId}`)).toBeGreaterThanOrEqual(0);
  expect(held).toBe(isOver ? 0 : projectMoney - cost);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

describe("Task Force projects, whatever happens", () => {
  it("start nothing before its dependencies, keep every cent and always end", async () => {
    await fc.assert(
      fc.asyncProperty(teamStory, async (story) => {
        const { market, play, buyer, agents } = await playInMemory(story);
        await play.finish();
        expectSoundTeam(market, play.projectId);
        const state = market.tasks.get(play.projectId)?.state;
        expect(["completed", "cancelled"]).toContain(state);
        const everybody = sum([buyer, ...agents].map((id) => market.balance(id, "usd")));
        expect(everybody + market.account("platform:fees")).toBe(1_000);
      }),
      { numRuns: 300 },
    );
  });

  describe("through PostgreSQL", () => {
    let stage: EngineStage;
    beforeAll(async () => {
      stage = await EngineStage.open();
    });
    afterAll(() => stage.close());

    async function readTask(id: Id) {
      const { rows } = await stage.database.reads.query<Task & { worker: Id | undefined; assignment: Id | undefined }>(
        `select t.id, t.state, t.event_count as "eventCount", a.worker_id as worker, a.id as assignment
         from tasks t left join assignments a on a.task_id = t.id and a.state in ('active', 'submitted', 'revision')
         where t.id = $1`,
        [id],
      );
      const [row] = rows;
      if (row === undefined) throw new Error(`There is no task ${id}.`);
      return { task: row, worker: row.worker ?? undefined, assignment: row.assignment ?? undefined };
    }

    it("go the same way as in memory, and the audit finds nothing", async () => {
      const execute: Execute = (command, input) => stage.engine.execute(command, input);
      await fc.assert(
        fc.asyncProperty(teamStory, async (story) => {
          const inMemory = await playInMemory(story);
          const { buyer, agents } = await castOf(execute);
          const play = new TeamPlay({ execute, buyer, agents, read: readTask });
          await play.begin(story.plan, projectMoney);
          for (const step of story.steps) await play.take(step);
          expect(play.refused).toBe(inMemory.play.refused);
          const states = async (ids: readonly Id[]) =>
            Promise.all(ids.map(async (id) => (await readTask(id)).task.state));
          expect(await states([play.projectId, ...play.subtasks])).toEqual(
            [inMemory.play.projectId, ...inMemory.play.subtasks].map((id) => inMemory.market.tasks.get(id)?.state),
          );
        }),
        { numRuns: 12 },
      );
      await stage.expectLedgerToBalance();
    });
  });
});
