import type { Pool } from "pg";
import type { BaseLogger } from "pino";
import type { Id } from "../model/ids.ts";
import { addMinutes, type Instant } from "../model/instant.ts";
import { nextAttempt, testType, type WebhookEndpoint } from "../model/webhook.ts";
import type { GuardedFetch } from "../outbound/guarded-fetch.ts";
import { OutboundError } from "../outbound/outbound-error.ts";
import { type SignedMessage, webhookHeaders } from "../outbound/webhook-signature.ts";
import { openPush } from "../store/a2a-push.ts";
import { type SecretBox, SecretUnreadable } from "../store/secret-box.ts";
import { type AttemptRecord, claimDue, type DueDelivery, recordAttempts } from "../store/webhook-queue.ts";
import { switchOff } from "./disable-webhooks.ts";
import { EndpointWindows } from "./endpoint-windows.ts";

export interface WebhookDelivererOptions {
  readonly reads: Pool;
  readonly fetch: GuardedFetch;
  readonly clock: () => Instant;
  readonly newId: () => Id;
  readonly log: BaseLogger;
  /** Opens what clients of the A2A door gave us for their push notifications. */
  readonly secretBox: SecretBox;
  /** The secrets that an endpoint's messages are signed with now, the newest first. */
  secretsOf(endpoint: WebhookEndpoint): readonly string[];
}

const pollIntervalMs = 500;
const attemptTimeoutMs = 15_000;
/** Longer than an attempt and writing down how it ended. */
const claimMinutes = 0.5;
const maxResponseBytes = 4_096;
const maxResponseHeaders = 32;
const maxHeaderLength = 256;
const maxEndpointsPerClaim = 200;
const recordPauseMs = 1_000;
const gone = 410;

/**
 * Sends what is due. Not by the job queue, whose few workers a handful of endpoints that hang would hold: here an attempt
 * that waits for an answer costs a socket and nothing else. What is to be sent, and who has taken it, is in PostgreSQL.
 */
export class WebhookDeliverer {
  readonly #options: WebhookDelivererOptions;
  readonly #windows = new EndpointWindows();
  readonly #underWay = new Set<string>();
  readonly #attempts = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #ended: AttemptRecord[] = [];
  #recording: Promise<void> | undefined;
  #claiming: Promise<void> | undefined;
  #woken = false;
  #closed = false;

  constructor(options: WebhookDelivererOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.wake(), pollIntervalMs);
  }

  /** Looks for what is due now, or once more when it is doing so. */
  wake(): void {
    if (this.#closed) return;
    this.#woken = true;
    this.#claiming ??= this.#claimWhileWoken();
  }

  /** Begins nothing more and waits for what is under way, which closing the guarded fetch breaks off. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#claiming;
    await Promise.allSettled(this.#attempts);
    await this.#recording;
  }

  async #claimWhileWoken(): Promise<void> {
    while (this.#woken && !this.#closed) {
      this.#woken = false;
      // Attempts that end in the same moment make room for one claim, not for one each.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#claim().catch((error: unknown) => {
        this.#options.log.warn({ err: error }, "could not look for webhooks that are due");
      });
    }
    this.#claiming = undefined;
  }

  async #claim(): Promise<void> {
    if (this.#windows.isFull) return;
    const now = this.#options.clock();
    const due = await claimDue(this.#options.reads, {
      now,
      claimedUntil: addMinutes(now, claimMinutes),
      passedOver: this.#windows.saturated(),
      healthyOnly: this.#windows.isFullOfFailing,
      maxEndpoints: maxEndpointsPerClaim,
      roomFor: (id, isFailing) => this.#windows.roomFor(id, isFailing),
    });
    for (const delivery of due) this.#begin(delivery);
    if (due.length > 0) this.#woken = true;
  }

  #begin(delivery: DueDelivery): void {
    const key = `${delivery.endpoint.id} ${delivery.messageId}`;
    if (this.#underWay.has(key) || this.#closed) return;
    this.#underWay.add(key);
    const { id, failingSince } = delivery.endpoint;
    this.#windows.begin(id, failingSince !== null);
    const attempt = this.#attempt(delivery)
      .then((record) => this.#ended.push(record))
      .catch((error: unknown) => {
        // Given up with the house; whoever looks next sends it.
        if (!this.#closed) this.#options.log.error({ err: error, endpoint: id }, "a webhook could not be sent");
      })
      .then(() => {
        this.#recording ??= this.#record();
        this.#attempts.delete(attempt);
      });
    this.#attempts.add(attempt);
  }

  async #attempt({ endpoint, messageId, type, body, tries, begunAt }: DueDelivery): Promise<AttemptRecord> {
    const { clock, fetch } = this.#options;
    const at = clock();
    const startedMs = performance.now();
    const counts = type !== testType;
    let succeeded = false;
    try {
      const headers = this.#headersFor(endpoint, { id: messageId, type, body, at });
      const answer = headers === null ? unreadable : await send(fetch, endpoint.url, headers, body);
      succeeded = answer.status !== null && answer.status >= 200 && answer.status < 300;
      if (answer.status === gone && counts) await switchOff(this.#options, endpoint, "gone", at);
      const nextAttemptAt = succeeded || !counts ? null : nextAttempt(tries + 1, begunAt, at);
      const durationMs = Math.round(performance.now() - startedMs);
      const ids = { endpointId: endpoint.id, messageId, url: endpoint.url };
      return { ...ids, at, durationMs, ...answer, succeeded, nextAttemptAt, counts };
    } finally {
      this.#windows.end(endpoint.id, succeeded);
      // Also while the outcome is written down: the window has room again.
      this.wake();
    }
  }

  /** null: what the endpoint's owner gave us for it cannot be opened. */
  #headersFor(
    endpoint: WebhookEndpoint,
    message: Pick<SignedMessage, "id" | "type" | "body" | "at">,
  ): Record<string, string> | null {
    const { secretBox, secretsOf, log } = this.#options;
    const { id, format } = endpoint;
    try {
      const push = endpoint.push === null ? null : openPush(secretBox, id, endpoint.push);
      return webhookHeaders({ ...message, format, secrets: secretsOf(endpoint), push });
    } catch (error) {
      if (!(error instanceof SecretUnreadable)) throw error;
      log.warn({ err: error, endpoint: id }, "a push notification's token or credentials cannot be read");
      return null;
    }
  }

  /** Attempts that end while others are written down wait together and are written next, all at once. */
  async #record(): Promise<void> {
    while (this.#ended.length > 0) {
      const records = this.#ended;
      this.#ended = [];
      try {
        await recordAttempts(this.#options.reads, records);
        for (const { endpointId, messageId } of records) this.#underWay.delete(`${endpointId} ${messageId}`);
      } catch (error) {
        this.#options.log.warn({ err: error }, "could not write down how webhooks ended");
        if (this.#closed) break;
        this.#ended = [...records, ...this.#ended];
        await new Promise((resolve) => setTimeout(resolve, recordPauseMs));
      }
    }
    this.#recording = undefined;
    this.wake();
  }
}

type Answer = Pick<AttemptRecord, "status" | "fault" | "responseHeaders" | "responseBody">;

/** Tried again like any other fault: the right secret may come back. */
const unreadable: Answer = { status: null, fault: "secret_unreadable", responseHeaders: null, responseBody: null };

/** A fault of the endpoint is an answer; that we are closing is none, and rejects. */
async function send(
  fetch: GuardedFetch,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Answer> {
  try {
    const response = await fetch.send({
      url,
      method: "POST",
      headers,
      body,
      timeoutMs: attemptTimeoutMs,
      maxBodyBytes: maxResponseBytes,
      cutsBody: true,
    });
    return {
      status: response.status,
      fault: null,
      responseHeaders: boundedHeaders(response.headers),
      // PostgreSQL stores no NUL.
      responseBody: response.body.toString("utf8").replaceAll("\u0000", "\ufffd"),
    };
  } catch (error) {
    if (!(error instanceof OutboundError) || error.code === "aborted") throw error;
    return { status: null, fault: error.code, responseHeaders: null, responseBody: null };
  }
}

function boundedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).slice(0, maxResponseHeaders);
  return Object.fromEntries(entries.map(([name, value]) => [name, value.slice(0, maxHeaderLength)]));
}
