import pg, { type Pool } from "pg";
import type { Logger } from "pino";
import { v7 as newId } from "uuid";
import type { Config } from "./config/config.ts";
import type { Engine } from "./engine/engine.ts";
import { WebhookDeliverer } from "./jobs/deliver-webhooks.ts";
import type { EvaluationTools } from "./jobs/evaluation-context.ts";
import { EvaluatorThread } from "./jobs/evaluator-thread.ts";
import { adviseByModel } from "./jobs/model-advice.ts";
import { usableKinds } from "./jobs/open-executors.ts";
import { openRuns, type Runs } from "./jobs/open-runs.ts";
import { startJobWorker } from "./jobs/worker.ts";
import type { Instant } from "./model/instant.ts";
import type { Networks } from "./model/outside-url.ts";
import { endpointCaller } from "./outbound/call-endpoint.ts";
import { guardedConnect } from "./outbound/guarded-connect.ts";
import type { GuardedFetch } from "./outbound/guarded-fetch.ts";
import { openChat, openModels } from "./outbound/models/open-models.ts";
import type { ObjectStore } from "./outbound/object-store.ts";
import type { Executors } from "./runner/executor.ts";
import type { A2aTask } from "./store/a2a-tasks.ts";
import type { DatabaseAddress } from "./store/database.ts";
import type { EventFeed } from "./store/event-feed.ts";
import type { SecretBox } from "./store/secret-box.ts";
import type { NewTask } from "./store/webhook-fan-out.ts";
import { pushBody } from "./wire/a2a/push.ts";
import { presentNewTask } from "./wire/agentmarket/webhook-payload.ts";
import { presentEvent } from "./wire/native/present.ts";
import type { FileLinks } from "./wire/shared/file-links.ts";
import { signingSecretsOf, webhookSecretOf } from "./wire/shared/webhook-secret.ts";

/** The settings of what works in the background. */
export type BackgroundConfig = Pick<
  Config,
  | "nudgeMinutes"
  | "maxNudges"
  | "invitationMinutes"
  | "opensLinks"
  | "model"
  | "dataFolder"
  | "maxRuns"
  | "runLimits"
  | "executeMs"
  | "creditWeights"
  | "sandbox"
>;

interface BackgroundOptions {
  readonly config: BackgroundConfig;
  readonly address: DatabaseAddress;
  readonly reads: Pool;
  readonly engine: Engine;
  readonly objects: ObjectStore;
  readonly eventFeed: EventFeed;
  /** Closed with the background, whose calls it would wait for. */
  readonly outside: GuardedFetch;
  readonly openNetworks: Networks;
  readonly fileLinks: FileLinks;
  readonly secret: string;
  readonly secretBox: SecretBox;
  readonly clock: () => Instant;
  readonly log: Logger;
  /** How agents are run; as configured, unless told otherwise. */
  readonly executors: Executors | undefined;
  publicUrl(): string;
}

/** What works in the background of this process: jobs, webhooks, runs. */
export interface Background {
  readonly runs: Runs;
  /** Gives back what is under way; others go on with it. */
  close(): Promise<void>;
}

/** Of an agent on another server, files in its answer included. */
const maxAgentAnswerBytes = 8 * 1_048_576;
/** Whoever hired the agent is answered before its endpoint is given up. */
const endpointSlackMs = 20_000;

/** Puts together and starts what works in the background. */
export async function startBackground(options: BackgroundOptions): Promise<Background> {
  const { config, address, reads, engine, objects, eventFeed, outside, openNetworks, fileLinks } = options;
  const { secret, secretBox, clock, log, publicUrl } = options;
  const stopping = new AbortController();
  const evaluatorThread = new EvaluatorThread();
  const pool = new pg.Pool({ ...address, max: 6 });
  const onBrokenConnection = (error: Error): void => log.warn({ err: error }, "a job queue connection broke");
  pool.on("error", onBrokenConnection);
  pool.on("connect", (client) => client.on("error", onBrokenConnection));
  const { nudgeMinutes, maxNudges, invitationMinutes } = config;
  const nodeId = newId();
  const shared = { reads, clock, newId, log };
  const deliverer = new WebhookDeliverer({
    ...shared,
    fetch: outside,
    secretBox,
    secretsOf: (endpoint) => signingSecretsOf(endpoint, secret, clock()),
  });
  const webhooks = {
    payloads: {
      eventData: presentEvent,
      newTask: (task: NewTask) => presentNewTask(task, publicUrl()),
      pushedTask: (task: A2aTask) => pushBody(task, (fileId) => fileLinks.signedUrl(fileId)),
    },
    wake: () => deliverer.wake(),
  };
  const models = config.model === undefined ? null : await openModels(config.model);
  const evaluation: EvaluationTools = {
    nodeId,
    thread: evaluatorThread,
    links: config.opensLinks ? outside : null,
    models,
    stopping: stopping.signal,
    onFault: (error, submissionId) => log.warn({ err: error, submissionId }, "a submission could not be evaluated"),
  };
  const advice = models === null ? null : adviseByModel(models, stopping.signal);
  const manager = { settings: { nudgeMinutes, maxNudges, invitationMinutes }, advice };
  const opened = await openRuns({
    house: { ...shared, engine, objects, creditWeights: config.creditWeights },
    nodeId,
    feed: eventFeed,
    config,
    executors: options.executors,
    chat: config.model === undefined ? null : await openChat(config.model),
    connect: guardedConnect(openNetworks),
    fetch: outside.asFetch({ maxBodyBytes: maxAgentAnswerBytes }),
    secretBox,
    callEndpoint: endpointCaller({
      fetch: outside,
      clock,
      timeoutMs: config.executeMs + endpointSlackMs,
      secretOf: (agentId) => webhookSecretOf(agentId, secret),
    }),
  });
  const runs = {
    usable: () => usableKinds(opened.executors),
    limits: config.runLimits,
    wake: () => opened.keeper.wake(),
  };
  const context = { ...shared, engine, objects, webhooks, evaluation, manager, runs };
  const worker = await startJobWorker({ ...context, pool, nodeId });
  return {
    runs: opened,
    async close() {
      const delivered = deliverer.close();
      stopping.abort();
      await opened.close();
      await outside.close();
      await evaluatorThread.close();
      await delivered;
      await worker.stop();
      await pool.end();
    },
  };
}
