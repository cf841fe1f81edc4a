import { EventEmitter } from "node:events";
import { Logger, parseCronItems, run, type TaskList, type WorkerEvents } from "graphile-worker";
import type { Pool } from "pg";
import type { BaseLogger } from "pino";
import type { Id } from "../model/ids.ts";
import type { ChoreKind, DeadlineKind } from "../model/jobs.ts";
import { type Node, reapSilentNodes, recordHeartbeat, removeNode } from "../store/nodes.ts";
import { approveOverdue } from "./approve-overdue.ts";
import { disableWebhooks } from "./disable-webhooks.ts";
import { dispatchRuns, type RunJobContext } from "./dispatch-runs.ts";
import { evaluateSubmissions } from "./evaluate-submissions.ts";
import type { EvaluationJobContext } from "./evaluation-context.ts";
import { expireTasks } from "./expire-tasks.ts";
import { fanOutWebhooks } from "./fan-out-webhooks.ts";
import { forgetAnswers } from "./forget-answers.ts";
import { forgetWebhooks } from "./forget-webhooks.ts";
import { lapseInvitations } from "./lapse-invitations.ts";
import { lapseLeases } from "./lapse-leases.ts";
import { manageProjects } from "./manage-projects.ts";
import type { ManagerJobContext } from "./manager-context.ts";
import { releasePayments } from "./release-payments.ts";
import { removeAbandonedUploads } from "./remove-abandoned-uploads.ts";
import type { WebhookJobContext } from "./webhook-context.ts";

type AnyJobContext = EvaluationJobContext & ManagerJobContext & RunJobContext & WebhookJobContext;
type AnyJob = (context: AnyJobContext, payload: unknown) => Promise<number>;

export interface JobWorkerOptions extends AnyJobContext {
  /** The job queue's own connections. */
  readonly pool: Pool;
  readonly nodeId: Id;
}

export interface JobWorker {
  /** Lets running jobs finish, takes no more. */
  stop(): Promise<void>;
}

const jobs = {
  "expire-tasks": expireTasks,
  "lapse-leases": lapseLeases,
  "approve-overdue": approveOverdue,
  "lapse-invitations": lapseInvitations,
  "release-payments": releasePayments,
  "evaluate-submissions": evaluateSubmissions,
  "manage-projects": manageProjects,
  "dispatch-runs": dispatchRuns,
  "forget-answers": forgetAnswers,
  "remove-abandoned-uploads": removeAbandonedUploads,
  "fan-out-webhooks": fanOutWebhooks,
  "disable-webhooks": disableWebhooks,
  "forget-webhooks": forgetWebhooks,
} as const satisfies Record<DeadlineKind | ChoreKind, AnyJob> & Record<string, AnyJob>;

const everyMinute = "* * * * *";

/** Deadlines are watched by a job each; once a minute everything due is looked for again, in case one went missing. */
const schedule = [
  { task: "expire-tasks", match: everyMinute },
  { task: "lapse-leases", match: everyMinute },
  { task: "approve-overdue", match: everyMinute },
  { task: "lapse-invitations", match: everyMinute },
  { task: "manage-projects", match: everyMinute },
  { task: "dispatch-runs", match: everyMinute },
  { task: "release-payments", match: everyMinute },
  { task: "evaluate-submissions", match: everyMinute },
  { task: "forget-answers", match: "17 * * * *" },
  { task: "remove-abandoned-uploads", match: "41 * * * *" },
  { task: "disable-webhooks", match: everyMinute },
  { task: "forget-webhooks", match: "53 * * * *" },
];

const concurrency = 4;
const pollIntervalMs = 500;
const heartbeatIntervalMs = 3_000;
/** With the interval above, a killed node's jobs are free again within 15 s. */
const silentSeconds = 12;

/** Takes jobs until stopped, and takes over the jobs of nodes that died. */
export async function startJobWorker(options: JobWorkerOptions): Promise<JobWorker> {
  const { pool, log } = options;
  const events = new EventEmitter() as WorkerEvents;
  const poolId = new Promise<string>((resolve) => {
    events.once("pool:create", ({ workerPool }) => resolve(workerPool.id));
  });
  const runner = await run({
    pgPool: pool,
    taskList: taskListFor(options),
    parsedCronItems: parseCronItems(schedule),
    concurrency,
    pollInterval: pollIntervalMs,
    noHandleSignals: true,
    logger: queueLogger(log),
    events,
  });
  // The runner ends by itself only through `stop` or a fault it could not survive.
  runner.promise.catch((error: unknown) => log.error({ err: error }, "the job queue stopped"));
  const node: Node = { id: options.nodeId, workerPoolId: await poolId };
  // What a dead node was at may have no job any more: everything is looked over at once, not only at the next minute.
  const heart = startHeart(pool, node, log, async () => {
    const watched = schedule.filter(({ match }) => match === everyMinute).map(({ task }) => task);
    await Promise.all(watched.map((task) => runner.addJob(task, {}, { jobKey: `take-over:${task}` })));
  });
  return {
    async stop() {
      await heart.stop();
      await runner.stop();
      await removeNode(pool, node.id).catch((error: unknown) => log.warn({ err: error }, "could not sign off"));
    },
  };
}

function taskListFor(context: AnyJobContext & { log: BaseLogger }): TaskList {
  const tasks: TaskList = {};
  for (const [name, job] of Object.entries(jobs)) {
    tasks[name] = async (payload) => {
      const handled = await job(context, payload);
      if (handled > 0) context.log.info({ job: name, handled }, "job done");
    };
  }
  return tasks;
}

function startHeart(pool: Pool, node: Node, log: BaseLogger, takeOver: () => Promise<void>): { stop(): Promise<void> } {
  const beat = async (): Promise<void> => {
    try {
      await recordHeartbeat(pool, node);
      const reaped = await reapSilentNodes(pool, silentSeconds);
      if (reaped === 0) return;
      log.warn({ nodes: reaped }, "took over the jobs of nodes that went silent");
      await takeOver();
    } catch (error) {
      log.warn({ err: error }, "no heartbeat: the database does not answer");
    }
  };
  let last = beat();
  const timer = setInterval(() => {
    last = beat();
  }, heartbeatIntervalMs);
  return {
    async stop() {
      clearInterval(timer);
      await last;
    },
  };
}

function queueLogger(log: BaseLogger): Logger {
  return new Logger((scope) => (level, message, meta) => {
    const write = { error: log.error, warning: log.warn, info: log.debug, debug: log.trace }[level];
    write.call(log, { ...scope, ...(level === "error" ? meta : {}) }, `job queue: ${message}`);
  });
}
