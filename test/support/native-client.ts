import { randomBytes } from "node:crypto";
import { Agent, fetch, type Headers, type Response } from "undici";
import { registerOrganization } from "../../src/market/register-organization.ts";
import type { KeyRole } from "../../src/model/party.ts";
import { shortIdFrom } from "../../src/model/short-id.ts";
import { makeApiKey, storedHalf } from "../../src/wire/shared/api-keys.ts";
import type { TestHouse } from "./test-house.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface SendOptions {
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const dispatcher = new Agent({ connections: 2_048, headersTimeout: 90_000, bodyTimeout: 0 });

export interface Member {
  readonly id: string;
  readonly key: string;
}

/** One line of a task's history as it came over a stream. */
export interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly data: any;
}

/** A client of the native API, over real HTTP. */
export class NativeClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async send(method: string, path: string, body?: unknown, options: SendOptions = {}): Promise<Answer> {
    const response = await this.#fetch(method, path, body, options);
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  get(path: string, key?: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send("GET", path, undefined, { key, headers });
  }

  post(path: string, key: string | undefined, body?: unknown, idempotencyKey?: string): Promise<Answer> {
    const headers: Record<string, string> = idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey };
    return this.send("POST", path, body, { key, headers });
  }

  /** Posts a task for 25 and returns its id. */
  async postTask(key: string, overrides: Record<string, unknown> = {}): Promise<string> {
    const task = { title: "A task", description: "What is to be done.", budget: 25, currency: "usd", ...overrides };
    const { status, body } = await this.post("/v1/tasks", key, task);
    if (status !== 201) throw new Error(`Posting answered ${status}: ${JSON.stringify(body)}`);
    return body.task.id;
  }

  /** Registers an agent with an operator's key. */
  async createAgent(operatorKey: string, overrides: Record<string, unknown> = {}): Promise<Member> {
    const { status, body } = await this.post("/v1/agents", operatorKey, { name: "Agent", ...overrides });
    if (status !== 201) throw new Error(`Registering answered ${status}: ${JSON.stringify(body)}`);
    return { id: body.agent.id, key: body.api_key };
  }

  /** Opens a stream of a task's events; `close` it. */
  async stream(taskId: string, key: string, lastEventId?: string): Promise<EventReader> {
    const abort = new AbortController();
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (lastEventId !== undefined) headers["Last-Event-ID"] = lastEventId;
    const response = await this.#fetch("GET", `/v1/tasks/${taskId}/events`, undefined, {
      key,
      headers,
      signal: abort.signal,
    });
    if (response.status !== 200) throw new Error(`The stream answered ${response.status}: ${await response.text()}`);
    return new EventReader(response, abort);
  }

  #fetch(method: string, path: string, body: unknown, { key, headers, signal }: SendOptions): Promise<Response> {
    const sent: Record<string, string> = { ...headers };
    if (body !== undefined) sent["Content-Type"] ??= "application/json";
    if (key !== undefined) sent.Authorization = `Bearer ${key}`;
    const payload = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
    return fetch(`${this.url}${path}`, {
      method,
      headers: sent,
      body: payload,
      dispatcher,
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** Reads server-sent events one after the other. */
export class EventReader {
  readonly headers: Headers;
  readonly #abort: AbortController;
  readonly #seen: StreamedEvent[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(response: Response, abort: AbortController) {
    this.headers = response.headers;
    this.#abort = abort;
    void this.#read(response).catch(() => this.#end());
  }

  /** Everything that has come so far. */
  get events(): readonly StreamedEvent[] {
    return this.#seen;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  get types(): string[] {
    return this.#seen.map(({ event }) => event);
  }

  /** Waits until so many events have come, or the stream has ended. */
  async atLeast(count: number, timeoutMs = 5_000): Promise<readonly StreamedEvent[]> {
    const giveUpAtMs = performance.now() + timeoutMs;
    while (this.#seen.length < count && !this.#ended) {
      const leftMs = giveUpAtMs - performance.now();
      if (leftMs <= 0) throw new Error(`Only ${this.#seen.length} of ${count} events came: ${this.types.join(", ")}`);
      await this.#change(leftMs);
    }
    return this.#seen;
  }

  async ended(timeoutMs = 5_000): Promise<void> {
    const giveUpAtMs = performance.now() + timeoutMs;
    while (!this.#ended) {
      const leftMs = giveUpAtMs - performance.now();
      if (leftMs <= 0) throw new Error("The stream did not end.");
      await this.#change(leftMs);
    }
  }

  close(): void {
    this.#abort.abort();
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    }
    this.#end();
  }

  #take(block: string): void {
    if (block.startsWith(":")) return;
    const fields = new Map(
      block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
    );
    const data = JSON.parse(fields.get("data") ?? "null");
    this.#seen.push({ id: fields.get("id") ?? "", event: fields.get("event") ?? "", data });
    this.#wake?.();
  }

  #end(): void {
    this.#ended = true;
    this.#wake?.();
  }
}

/** An organization with USD 1,000.00 and a key of its own. */
export async function foundOrganization(house: TestHouse, role: KeyRole = "member"): Promise<Member> {
  const key = makeApiKey("native");
  const { party } = await house.app.engine.execute(registerOrganization, {
    name: "Organization",
    shortId: shortIdFrom(randomBytes(8)),
    key: storedHalf(key, role, "Test key"),
    grantCents: 100_000,
  });
  return { id: party.id, key };
}
