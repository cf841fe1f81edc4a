import { acquire, type Holding } from "./acquire.ts";
import type { ConnectionSettings } from "./connection.ts";
import { cleanUpEndpoint, type Endpoint } from "./endpoint.ts";
import { DataFolderInUse } from "./errors.ts";
import type { LaunchPlan } from "./launch.ts";
import { findPostmaster, stopPostmaster } from "./postmaster.ts";
import { pause } from "./processes.ts";

const windowMs = 60_000;
const restartsPerWindowMax = 5;
/** Losing only the owner's connection (a backend crashed) is no restart, but must not go on for ever either. */
const reconnectsPerWindowMax = 30;
const firstPauseMs = 100;

/** Keeps a server running, and ours, until stop(). This is the EmbeddedPostgres of the public door. */
export class OwnedPostgres {
  readonly connection: ConnectionSettings;
  readonly adopted: boolean;
  readonly #plan: LaunchPlan;
  readonly #endpoint: Endpoint;
  readonly #log: (message: string) => void;
  readonly #listeners: ((reason: string) => void)[] = [];
  /** When the server was restarted, and when only the lock was taken again; monotonic ms. */
  readonly #restarts: number[] = [];
  readonly #reconnects: number[] = [];
  #holding: Holding;
  #recovery: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #exitReason: string | undefined;

  constructor(plan: LaunchPlan, holding: Holding, log: (message: string) => void) {
    this.#plan = plan;
    this.#log = log;
    this.connection = holding.connection;
    this.adopted = !holding.launched;
    // A restarted server must be found where this one was, by everyone who holds these connection settings.
    this.#endpoint = { host: holding.connection.host, port: holding.connection.port };
    this.#holding = holding;
    this.#watch(holding);
  }

  onExit(callback: (reason: string) => void): void {
    const reason = this.#exitReason;
    if (reason === undefined) this.#listeners.push(callback);
    else queueMicrotask(() => callback(reason));
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    // Let the assignment in stop() happen first: it is what tells a recovery to give up.
    await Promise.resolve();
    await this.#recovery;
    // After an exit the folder may belong to another process, and the server with it.
    if (this.#exitReason !== undefined) return;
    const { data, installedBinaries } = this.#plan;
    const running = await findPostmaster(data.postgres);
    try {
      if (running?.pid === this.#holding.postmasterPid) await stopPostmaster(data, running.pid, installedBinaries);
    } finally {
      await this.#holding.lock.release();
    }
    await cleanUpEndpoint(data, this.#endpoint);
  }

  #watch(holding: Holding): void {
    // The lock's connection ends however the server ends, whether or not it is a child of ours.
    holding.lock.onLost(() => {
      if (!this.#stopping && this.#exitReason === undefined) {
        this.#recovery = this.#recover().catch((error: Error) => this.#exit(error.message));
      }
    });
  }

  async #recover(): Promise<void> {
    let reason = "the connection to PostgreSQL was lost";
    while (!this.#stopping) {
      const died = (await findPostmaster(this.#plan.data.postgres))?.pid !== this.#holding.postmasterPid;
      const [times, limit] = died ? [this.#restarts, restartsPerWindowMax] : [this.#reconnects, reconnectsPerWindowMax];
      const recent = countRecent(times);
      if (recent >= limit) return this.#exit(`PostgreSQL failed ${recent} times within a minute; last: ${reason}`);
      times.push(performance.now());
      this.#log(died ? "PostgreSQL died; starting it again." : "PostgreSQL dropped all connections; reconnecting.");
      await this.#pauseUnlessStopping(firstPauseMs * 2 ** Math.min(recent, restartsPerWindowMax));
      try {
        const holding = await acquire(this.#plan, this.#endpoint, () => this.#stopping !== undefined);
        this.#holding = holding;
        this.#log("PostgreSQL answers again.");
        return this.#watch(holding);
      } catch (error) {
        reason = (error as Error).message;
        if (error instanceof DataFolderInUse) return this.#exit(reason);
        if (!this.#stopping) this.#log(`PostgreSQL did not come back: ${reason}`);
      }
    }
  }

  async #pauseUnlessStopping(durationMs: number): Promise<void> {
    const end = performance.now() + durationMs;
    while (!this.#stopping && performance.now() < end) await pause(firstPauseMs);
  }

  #exit(reason: string): void {
    this.#exitReason = reason;
    this.#log(reason);
    for (const listener of this.#listeners) listener(reason);
  }
}

/** Forgets what is older than the window and counts the rest. */
function countRecent(times: number[]): number {
  const oldest = performance.now() - windowMs;
  while (times[0] !== undefined && times[0] < oldest) times.shift();
  return times.length;
}
