import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import { v7 as newId } from "uuid";
import { expect } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import type { RunHouse } from "../../src/jobs/run-context.ts";
import { RunKeeper } from "../../src/jobs/run-keeper.ts";
import { RunWorkspace } from "../../src/jobs/run-workspace.ts";
import type { PostTask } from "../../src/market/post-task.ts";
import { startRun } from "../../src/market/start-run.ts";
import type { Id } from "../../src/model/ids.ts";
import type { Run, RunLimits, RunStep } from "../../src/model/run.ts";
import { LocalObjectStore } from "../../src/outbound/local-object-store.ts";
import type { Executor, Executors } from "../../src/runner/executor.ts";
import { openSandbox, type Sandbox } from "../../src/runner/sandbox/sandbox.ts";
import { runSteps, runs } from "../../src/store/book/run-tables.ts";
import { EventFeed } from "../../src/store/event-feed.ts";
import { EngineStage } from "./engine-stage.ts";

export const roomyLimits: RunLimits = { steps: 100, tokens: 1_000_000, workMs: 600_000, costMicros: 1_000_000_000 };

const patienceMs = 8_000;

/** A node that keeps runs. */
export interface RunNode {
  readonly engine: Engine;
  readonly keeper: RunKeeper;
  close(): Promise<void>;
}

/** A market with runs on a database of its own, and as many nodes as a test wants. */
export class RunStage {
  readonly stage: EngineStage;
  readonly objects: LocalObjectStore;
  poster: Id = "";
  agent: Id = "";
  sandbox: Sandbox | undefined;
  readonly #nodes = new Set<RunNode>();
  readonly #folder: string;

  private constructor(stage: EngineStage, folder: string) {
    this.stage = stage;
    this.#folder = folder;
    this.objects = new LocalObjectStore(folder);
  }

  static async open(folder: string): Promise<RunStage> {
    // As root, programs run as another user, who must be able to pass.
    await chmod(folder, 0o711);
    const stage = new RunStage(await EngineStage.open(), folder);
    stage.poster = await stage.stage.agent({ grantCredits: 10_000 });
    stage.agent = await stage.stage.agent();
    return stage;
  }

  /** A node whose `prompt` agents are run by this. */
  async node(executor: Executor, { maxRuns = 10, database = this.stage.anotherDatabase() } = {}): Promise<RunNode> {
    const engine = this.stage.anotherEngine({ pool: database.market, newId });
    const onFault = (): void => undefined;
    const feed = new EventFeed({ address: this.stage.testDatabase.address, reads: database.reads, onFault });
    await feed.start();
    const house: RunHouse = {
      engine,
      reads: database.reads,
      objects: this.objects,
      clock: this.stage.clock.now,
      creditWeights: { input: 10_000, output: 50_000 },
      newId,
      log: pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" }),
    };
    const sandbox = this.sandbox ?? (await openSandbox({ folder: join(this.#folder, "sandbox") }));
    this.sandbox = sandbox;
    const keeper = new RunKeeper({
      ...house,
      nodeId: newId(),
      executors: only(executor),
      feed,
      maxRuns,
      workspaceOf: ({ id, fence }) => new RunWorkspace(house, sandbox, join(this.#folder, `${id}-${fence}`)),
    });
    const node = {
      engine,
      keeper,
      close: async () => {
        if (!this.#nodes.delete(node)) return;
        await keeper.close();
        await feed.close();
        await engine.close();
      },
    };
    this.#nodes.add(node);
    return node;
  }

  /** A task for the agent, and its run. */
  async run(wish: Partial<PostTask> = {}, limits: RunLimits = roomyLimits): Promise<Run> {
    const direct = { intake: "direct", visibility: "private", agentId: this.agent } as const;
    const taskId = await this.stage.openTask(this.poster, { ...direct, ...wish });
    const input = { taskId, agentId: this.agent, executor: "prompt", limits } as const;
    return (await this.stage.engine.execute(startRun, input)).run;
  }

  async look(runId: Id): Promise<Run> {
    const { rows } = await this.stage.database.reads.query(`select ${runs.columns} from runs where id = $1`, [runId]);
    return rows[0] ?? expect.fail("There is no such run.");
  }

  async steps(runId: Id): Promise<RunStep[]> {
    const text = `select ${runSteps.columns} from run_steps where run_id = $1 order by number`;
    return (await this.stage.database.reads.query(text, [runId])).rows;
  }

  /** Waits until the run is in one of these states. */
  async reaches(runId: Id, ...states: Run["state"][]): Promise<Run> {
    const untilMs = Date.now() + patienceMs;
    for (;;) {
      const run = await this.look(runId);
      if (states.includes(run.state)) return run;
      if (Date.now() > untilMs) expect.fail(`The run is ${run.state} (${run.failure}), not ${states.join(" or ")}.`);
      await pause(20);
    }
  }

  async history(taskId: Id): Promise<string[]> {
    const text = "select type from task_events where task_id = $1 order by number";
    return (await this.stage.database.reads.query(text, [taskId])).rows.map(({ type }) => type);
  }

  /** Closes what a test that failed has left. */
  async closeNodes(): Promise<void> {
    for (const node of this.#nodes) await node.close();
  }

  async close(): Promise<void> {
    await this.closeNodes();
    await this.stage.close();
  }
}

/** Only `prompt` agents can be run. */
function only(prompt: Executor): Executors {
  const missing = { unavailable: "This test has no such executor." };
  return { prompt, endpoint: missing, engineer: missing, command: missing, a2a: missing };
}
