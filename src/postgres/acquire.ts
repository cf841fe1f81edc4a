import { type Binaries, removeOtherCopies } from "./binaries.ts";
import { type ConnectionSettings, connect, mayPass } from "./connection.ts";
import { type Endpoint, socketPath } from "./endpoint.ts";
import { DataFolderInUse, errorCode, PostgresStartFailed, unlessCode } from "./errors.ts";
import { readPassword, superuser } from "./initialise.ts";
import { type Child, type LaunchPlan, launch } from "./launch.ts";
import { type OwnerLock, takeOwnerLock } from "./owner-lock.ts";
import { findPostmaster, mendStaleLockFiles, type Postmaster, stopPostmaster } from "./postmaster.ts";
import { pause } from "./processes.ts";

/** A running server and our right to use it. */
export interface Holding {
  connection: ConnectionSettings;
  postmasterPid: number;
  lock: OwnerLock;
  /** False if we found it running. */
  launched: boolean;
}

const firstPauseMs = 10;
const longestPauseMs = 200;
const database = "guildhall";
/** PostgreSQL's words for "somebody is at work there": another start was faster, or a crashed server's last children. */
const occupied = /lock file ".*" already exists|pre-existing shared memory block|is another postmaster/i;

/**
 * Gets hold of the server on that data, whatever state it is in: adopts a running one, waits for one that starts,
 * recovers or stops, launches one where there is none. PostgreSQL's own lock file decides between starts at the same
 * moment, the owner lock between owners.
 *
 * Refuses with DataFolderInUse or PostgresStartFailed; a server that was launched here and is not wanted by another
 * owner is stopped again then.
 */
export async function acquire(plan: LaunchPlan, endpoint: Endpoint, isCancelled: () => boolean): Promise<Holding> {
  let end = performance.now() + plan.timeoutMs;
  let problem = "it did not show itself";
  let launched: { child: Child; binaries: Binaries } | undefined;
  try {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
      if (isCancelled()) throw new PostgresStartFailed("Stopped while it was starting.");
      const running = await findPostmaster(plan.data.postgres);
      if (running) {
        const held = await tryToHold(plan, running);
        if (typeof held !== "string") {
          if (launched) await removeOtherCopies(plan.data, launched.binaries).catch(() => {});
          return { ...held, launched: launched?.child.pid === running.pid };
        }
        problem = held;
      } else if (!launched || launched.child.hasExited()) {
        if (launched) await recoverFromFailedLaunch(plan, endpoint, launched.child);
        const isFirst = launched === undefined;
        launched = await launch(plan, endpoint);
        // initdb has its own limit; what it took is not taken from the server.
        if (isFirst) end = performance.now() + plan.timeoutMs;
      }
      if (performance.now() > end) throw await tooSlow(plan, problem, launched?.child);
      await pause(pauseMs);
    }
  } catch (error) {
    // Whoever owns the folder instead of us may own the very server that we launched.
    if (!(error instanceof DataFolderInUse)) await stopUnused(plan, launched);
    throw error;
  }
}

/** Where the server listens, with what is needed to log in. */
export async function connectionTo(plan: Pick<LaunchPlan, "data">, endpoint: Endpoint): Promise<ConnectionSettings> {
  const password = await readPassword(plan.data);
  return { host: endpoint.host, port: endpoint.port, user: superuser, password, database: database };
}

type Held = Pick<Holding, "connection" | "postmasterPid" | "lock">;

/** The lock on a running server, or in words why it cannot be had yet (or no longer). */
async function tryToHold(plan: LaunchPlan, running: Postmaster): Promise<Held | string> {
  if (!running.endpoint) return "it has not written down its address";
  const connection = await connectionTo(plan, running.endpoint);
  try {
    const lock = await takeOwnerLock(plan.data.root, connection);
    return { connection, postmasterPid: running.pid, lock };
  } catch (error) {
    if (error instanceof DataFolderInUse) throw error;
    if (errorCode(error) === "3D000") return await createDatabase(plan, connection);
    if (!mayPass(error)) throw refusedByServer(plan, error);
    return (error as Error).message;
  }
}

async function createDatabase(plan: LaunchPlan, connection: ConnectionSettings): Promise<string> {
  try {
    const client = await connect({ ...connection, database: "postgres" }, "guildhall setup");
    // Duplicate, in either of the forms it takes when two starts are at it: the other has made it.
    await unlessCode(client.query(`create database ${database}`), "42P04", "23505").finally(() => client.end());
    return "the database has only just been created";
  } catch (error) {
    if (!mayPass(error)) throw refusedByServer(plan, error);
    return (error as Error).message;
  }
}

function refusedByServer(plan: LaunchPlan, error: unknown): PostgresStartFailed {
  const advice =
    errorCode(error) === "28P01" ? ` ${plan.data.password} does not belong to this data; restore the right one.` : "";
  const message = `PostgreSQL in ${plan.data.root} runs but refuses us: ${(error as Error).message}.${advice}`;
  return new PostgresStartFailed(message, { cause: error });
}

/** Makes another launch sensible, or reports why this one failed for good. */
async function recoverFromFailedLaunch(plan: LaunchPlan, endpoint: Endpoint, child: Child): Promise<void> {
  const words = await child.lastWords();
  if (!occupied.test(words)) {
    throw new PostgresStartFailed(`PostgreSQL did not start in ${plan.data.root}. It said:\n${words}`);
  }
  await mendStaleLockFiles(plan.data, `${socketPath(endpoint.host)}.lock`);
}

async function tooSlow(plan: LaunchPlan, problem: string, child: Child | undefined): Promise<PostgresStartFailed> {
  const words = child ? await child.lastWords() : `see ${plan.data.logs}`;
  return new PostgresStartFailed(
    `PostgreSQL in ${plan.data.root} was not ready within ${plan.timeoutMs} ms (${problem}). After a crash it may need longer to ` +
      `recover: allow it more time (startTimeoutMs). It said:\n${words}`,
  );
}

async function stopUnused(plan: LaunchPlan, launched: { child: Child; binaries: Binaries } | undefined): Promise<void> {
  if (!launched || launched.child.pid === undefined || launched.child.hasExited()) return;
  await stopPostmaster(plan.data, launched.child.pid, plan.installedBinaries).catch(() => {});
}
