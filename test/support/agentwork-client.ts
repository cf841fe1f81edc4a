import { fetch, type Headers } from "undici";

/** What came back: the status, the headers and the parsed body. */
export interface AgentworkAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface AgentworkAccount {
  readonly key: string;
  readonly email: string;
  readonly organizationId: string;
  readonly userId: string;
}

/** A client of the Agentwork door as its documents describe it, over real HTTP. */
export class AgentworkClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** `body` as text is sent as it is, anything else as JSON. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<AgentworkAnswer> {
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const sent = body === undefined ? null : isRaw ? body : JSON.stringify(body);
    const type: Record<string, string> = body === undefined ? {} : { "Content-Type": "application/json" };
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { ...type, ...headers },
      body: sent,
      redirect: "manual",
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  get(path: string, key?: string): Promise<AgentworkAnswer> {
    return this.send("GET", path, undefined, bearer(key));
  }

  post(path: string, key: string | undefined, body?: unknown, idempotencyKey?: string): Promise<AgentworkAnswer> {
    const idempotency = idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey };
    return this.send("POST", path, body, { ...bearer(key), ...idempotency });
  }

  /** A new account with an organization of its own. */
  async register(overrides: Readonly<Record<string, unknown>> = {}): Promise<AgentworkAccount> {
    const email = `${crypto.randomUUID()}@example.com`;
    const { status, body } = await this.post("/api/v1/auth/register", undefined, { email, name: "Ada", ...overrides });
    if (status !== 201) throw new Error(`Registering answered ${status}: ${JSON.stringify(body)}`);
    return { key: body.api_key, email, organizationId: body.organization_id, userId: body.user_id };
  }

  /** A new task; returns its id. */
  async createTask(key: string, overrides: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const task = { title: "FizzBuzz in Rust", description: "With tests.", ...overrides };
    const { status, body } = await this.post("/api/v1/tasks/", key, task);
    if (status !== 201) throw new Error(`Creating a task answered ${status}: ${JSON.stringify(body)}`);
    return body.task_id;
  }

  status(key: string, taskId: string): Promise<AgentworkAnswer> {
    return this.get(`/api/v1/tasks/${taskId}`, key);
  }
}

function bearer(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { Authorization: `Bearer ${key}` };
}
