import { afterRun } from "../market/end-run.ts";
import { type RunOutcome, settleRun } from "../market/settle-run.ts";
import { isLive } from "../model/assignment.ts";
import { Refusal } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { hasEnded, type Run } from "../model/run.ts";
import { type Executors, RunFailed } from "../runner/executor.ts";
import type { EventFeed } from "../store/event-feed.ts";
import { type RunContext, readRunContexts } from "../store/run-contexts.ts";
import { giveUpRuns, readRunStandings, renewRuns, takeRuns, wakeRuns } from "../store/runs.ts";
import { outages } from "./outages.ts";
import type { RunHouse } from "./run-context.ts";
import { LiveRun } from "./run-session.ts";
import { RunStop } from "./run-stop.ts";
import type { RunWorkspace } from "./run-workspace.ts";

export interface RunKeeperOptions extends RunHouse {
  readonly nodeId: Id;
  readonly executors: Executors;
  readonly feed: Pick<EventFeed, "onChange">;
  /** Runs that this node has at once; one that waits for the poster does not count. */
  readonly maxRuns: number;
  workspaceOf(run: Run): RunWorkspace;
}

const pollIntervalMs = 500;
const leaseSeconds = 15;
const renewIntervalMs = 5_000;
/** Everything that waits is looked at again, in case a notification was lost. */
const sweepIntervalMs = 20_000;
const runsPerTake = 50;
const settlePauseMs = 1_000;
const maxSettleAttempts = 5;

interface Held {
  readonly live: LiveRun;
  readonly ended: Promise<void>;
}

/**
 * Keeps this node's runs going: takes those that nobody has, runs their executors, says that it is alive, and settles
 * what they come to. A run is in memory only while its executor is at work; who has it is in PostgreSQL.
 */
export class RunKeeper {
  readonly #options: RunKeeperOptions;
  readonly #held = new Map<Id, Held>();
  readonly #timers: NodeJS.Timeout[];
  readonly #unsubscribe: () => void;
  /** Tasks that something has happened to since they were last looked at. */
  #changed = new Set<Id>();
  #anyChanged = false;
  #taking: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;
  #renewedMs = performance.now();
  #isWoken = false;
  #isClosed = false;

  constructor(options: RunKeeperOptions) {
    this.#options = options;
    this.#unsubscribe = options.feed.onChange((taskIds) => this.#noteChange(taskIds));
    this.#timers = [
      setInterval(() => this.wake(), pollIntervalMs),
      setInterval(() => this.#renew(), renewIntervalMs),
      setInterval(() => this.#noteChange(undefined), sweepIntervalMs),
    ];
    this.#noteChange(undefined);
    this.wake();
  }

  /** How many runs this node has in its memory. */
  get size(): number {
    return this.#held.size;
  }

  /** Looks for runs that nobody has. */
  wake(): void {
    if (this.#isClosed) return;
    this.#isWoken = true;
    this.#taking ??= this.#takeWhileWoken();
  }

  /** Stops every run where it is and leaves it to another node. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#unsubscribe();
    await Promise.all([this.#taking, this.#looking, this.#renewing]);
    const held = [...this.#held.values()];
    for (const { live } of held) live.stop(new RunStop("closing", "The server closes."));
    await Promise.all(held.map(({ ended }) => ended));
  }

  async #takeWhileWoken(): Promise<void> {
    while (this.#isWoken && !this.#isClosed) {
      this.#isWoken = false;
      await this.#take().catch((error: unknown) => this.#warn(error, "could not look for runs"));
    }
    this.#taking = undefined;
  }

  async #take(): Promise<void> {
    const { reads, nodeId, maxRuns } = this.#options;
    const limit = Math.min(runsPerTake, maxRuns - this.#held.size);
    if (limit <= 0) return;
    const taken = await takeRuns(reads, { nodeId, leaseSeconds, limit });
    if (taken.length === 0) return;
    const ids = taken.map(({ id }) => id);
    const contexts = await readRunContexts(reads, ids);
    for (const run of taken) {
      const context = contexts.get(run.id);
      if (context !== undefined) this.#begin(run, context);
    }
    if (taken.length === limit) this.#isWoken = true;
  }

  #begin(run: Run, context: RunContext): void {
    // Lost and found again before the first attempt has ended.
    this.#held.get(run.id)?.live.stop(new RunStop("taken_away", "The run was taken up anew."));
    const workspace = this.#options.workspaceOf(run);
    const live = new LiveRun(this.#options, run, context, workspace);
    const ended = this.#keep(live, context, workspace).finally(() => {
      if (this.#held.get(run.id)?.live === live) this.#held.delete(run.id);
      this.wake();
    });
    this.#held.set(run.id, { live, ended });
  }

  /** Runs to the end, or until this node stops with it. Never rejects. */
  async #keep(live: LiveRun, context: RunContext, workspace: RunWorkspace): Promise<void> {
    const outcome = await this.#run(live, context, workspace);
    live.stop(new RunStop("ended", "The run has ended."));
    await workspace.close().catch((error: unknown) => this.#warn(error, "a workspace stays"));
    if (outcome === undefined || !(await this.#settle(live.run, outcome))) return;
    await workspace.forget().catch((error: unknown) => this.#warn(error, "what was kept of a workspace stays"));
  }

  /** What the run has come to; undefined: it goes on, later or elsewhere. */
  async #run(live: LiveRun, context: RunContext, workspace: RunWorkspace): Promise<RunOutcome | undefined> {
    try {
      await workspace.adopt(context.steps);
      if (!isLive(context.assignmentState)) return endOf(context);
      const executor = this.#options.executors[live.run.executor];
      if (typeof executor !== "function") return failed(context, executor.unavailable);
      await untilStopped(live, executor(live));
    } catch (error) {
      return this.#outcomeOf(live, context, error);
    }
    const [standing] = await readRunStandings(this.#options.reads, [live.run.id]).catch(() => []);
    if (standing === undefined || standing.fence !== live.run.fence) return undefined;
    if (isLive(standing.assignmentState)) return failed(context, "The agent has stopped without handing anything in.");
    return endOf(standing);
  }

  async #outcomeOf(live: LiveRun, context: RunContext, error: unknown): Promise<RunOutcome | undefined> {
    // The first cause counts: what an executor throws because it was stopped says nothing.
    const cause = live.stopCause ?? error;
    if (cause instanceof RunStop) {
      if (cause.why === "closing") await this.#giveUp(live.run);
      if (cause.why === "limit") return failed(context, cause.message);
      if (cause.why === "ended") return this.#endOfEngagement(live.run);
      return undefined;
    }
    if (cause instanceof RunFailed) return failed(context, cause.message);
    if (cause instanceof Refusal && outages.has(cause.code)) {
      // Its lease runs out, and whoever takes it then goes on.
      this.#warn(cause, "a run could not go on");
      return undefined;
    }
    this.#options.log.error({ err: cause, run: live.run.id }, "an executor failed");
    return failed(context, "Something went wrong on the server while the agent was at work.");
  }

  async #endOfEngagement({ id, fence }: Run): Promise<RunOutcome | undefined> {
    const [standing] = await readRunStandings(this.#options.reads, [id]).catch(() => []);
    if (standing === undefined || standing.fence !== fence || hasEnded(standing.state)) return undefined;
    return isLive(standing.assignmentState) ? undefined : endOf(standing);
  }

  /** Whether it was settled here. */
  async #settle({ id: runId, taskId, fence }: Run, outcome: RunOutcome): Promise<boolean> {
    for (let attempt = 1; attempt <= maxSettleAttempts; attempt++) {
      try {
        await this.#options.engine.execute(settleRun, { runId, taskId, fence, outcome });
        return true;
      } catch (error) {
        const isOutage = error instanceof Refusal && outages.has(error.code);
        if (!isOutage || this.#isClosed) {
          if (!(error instanceof Refusal)) this.#warn(error, "a run could not be settled");
          return false;
        }
        await new Promise((resolve) => setTimeout(resolve, settlePauseMs));
      }
    }
    return false;
  }

  async #giveUp({ id, fence }: Run): Promise<void> {
    const { reads, nodeId } = this.#options;
    await giveUpRuns(reads, nodeId, [{ id, fence }]).catch((error: unknown) => this.#warn(error, "a run stays taken"));
  }

  #renew(): void {
    this.#renewing ??= this.#renewAll()
      .catch((error: unknown) => this.#warn(error, "runs could not be kept"))
      .finally(() => {
        this.#renewing = undefined;
      });
  }

  async #renewAll(): Promise<void> {
    const held = [...this.#held.values()];
    const askedMs = performance.now();
    // After so long a silence another node may have them all.
    if (askedMs - this.#renewedMs > leaseSeconds * 1_000) this.#stopAll(held);
    if (held.length > 0) {
      const ids = held.map(({ live }) => live.run.id);
      const kept = await renewRuns(this.#options.reads, this.#options.nodeId, ids, leaseSeconds);
      this.#stopAll(held.filter(({ live }) => kept.get(live.run.id) !== live.run.fence));
    }
    this.#renewedMs = askedMs;
  }

  #stopAll(held: readonly Held[]): void {
    for (const { live } of held) live.stop(new RunStop("taken_away", "Another node may have the run."));
  }

  #noteChange(taskIds: readonly Id[] | undefined): void {
    if (this.#isClosed) return;
    if (taskIds === undefined) this.#anyChanged = true;
    else for (const id of taskIds) this.#changed.add(id);
    this.#looking ??= this.#lookWhileChanged();
  }

  /** Notifications that come while one look is under way wait together for the next. */
  async #lookWhileChanged(): Promise<void> {
    while (!this.#isClosed && (this.#anyChanged || this.#changed.size > 0)) {
      const taskIds = this.#anyChanged ? null : this.#changed;
      this.#changed = new Set();
      this.#anyChanged = false;
      await this.#lookAt(taskIds).catch((error: unknown) => this.#warn(error, "could not look after runs"));
    }
    this.#looking = undefined;
  }

  async #lookAt(taskIds: ReadonlySet<Id> | null): Promise<void> {
    const { reads } = this.#options;
    await wakeRuns(reads, taskIds === null ? null : [...taskIds]);
    this.wake();
    const touched = [...this.#held.values()].filter(({ live }) => taskIds?.has(live.run.taskId) ?? true);
    const standings = await readRunStandings(
      reads,
      touched.map(({ live }) => live.run.id),
    );
    for (const { id, fence, state, assignmentState } of standings) {
      const live = this.#held.get(id)?.live;
      if (live === undefined || live.run.fence > fence) continue;
      if (live.run.fence < fence) live.stop(new RunStop("taken_away", "Another node has the run."));
      else if (hasEnded(state)) live.stop(new RunStop("ended", "The run was cancelled."));
      else if (!isLive(assignmentState) && assignmentState !== "accepted") {
        live.stop(new RunStop("ended", "The agent's work on the task is over."));
      }
    }
  }

  #warn(error: unknown, message: string): void {
    this.#options.log.warn({ err: error }, message);
  }
}

function failed({ task }: RunContext, reason: string): RunOutcome {
  return { state: "failed", reason, task: afterRun(task) };
}

function endOf({ assignmentState }: Pick<RunContext, "assignmentState">): RunOutcome {
  return { state: assignmentState === "accepted" ? "succeeded" : "cancelled" };
}

/** Does not wait for an executor that does not heed the signal. */
function untilStopped(live: LiveRun, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    live.signal.addEventListener("abort", () => reject(live.signal.reason), { once: true });
    if (live.signal.aborted) reject(live.signal.reason);
    work.then(resolve, reject);
  });
}
