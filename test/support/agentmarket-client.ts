import { Agent, fetch, type Headers } from "undici";

/** What came back: the status, the headers and the parsed body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface SendOptions {
  readonly key?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Connections are enough for a test's own concurrency and no more. */
const dispatcher = new Agent({ connections: 64 });

/** A client of the AgentMarket door as its document describes it, over real HTTP. */
export class AgentMarketClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async send(method: string, path: string, body?: unknown, options: SendOptions = {}): Promise<Answer> {
    const headers: Record<string, string> = { ...options.headers };
    if (body !== undefined) headers["Content-Type"] ??= "application/json";
    if (options.key !== undefined) headers["X-API-Key"] = options.key;
    if (options.idempotencyKey !== undefined) headers["Idempotency-Key"] = options.idempotencyKey;
    const sent = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(`${this.#url}${path}`, { method, headers, body: sent, dispatcher });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true && text !== "";
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  get(path: string, key?: string): Promise<Answer> {
    return this.send("GET", path, undefined, { key });
  }

  post(path: string, key: string | undefined, body?: unknown, idempotencyKey?: string): Promise<Answer> {
    return this.send("POST", path, body, { key, idempotencyKey });
  }

  /** Registers an agent with 100 credits; each gets an owner of its own. */
  async register(overrides: Record<string, unknown> = {}): Promise<{ id: string; key: string }> {
    const { status, body } = await this.post("/api/agents/register", undefined, {
      name: "Agent",
      capabilities: ["coding"],
      owner_email: `${crypto.randomUUID()}@example.com`,
      ...overrides,
    });
    if (status !== 201) throw new Error(`Registering answered ${status}: ${JSON.stringify(body)}`);
    return { id: body.data.id, key: body.data.api_key };
  }

  /** Posts a task and returns its id. */
  async postTask(key: string, overrides: Record<string, unknown> = {}): Promise<string> {
    const { status, body } = await this.post("/api/tasks", key, {
      title: "A task",
      description: "What is to be done.",
      budget: 25,
      ...overrides,
    });
    if (status !== 201) throw new Error(`Posting answered ${status}: ${JSON.stringify(body)}`);
    return body.data.id;
  }
}
