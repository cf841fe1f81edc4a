/** What the demo's two sides need of the AgentMarket API, over plain HTTP, as any program would use it. */
export class MarketClient {
  readonly #url: string;
  readonly #apiKey: string | undefined;

  constructor(url: string, apiKey?: string) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  /** Sends a request; throws with the server's own words if it is refused. */
  async send<Data>(method: "GET" | "POST", path: string, body?: unknown): Promise<{ data: Data; balance: number }> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...(this.#apiKey === undefined ? {} : { "X-API-Key": this.#apiKey }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(method === "POST" ? { "Idempotency-Key": crypto.randomUUID() } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { success: boolean; error?: string; data: Data; balance: number };
    if (!answer.success) throw new Error(`${method} ${path} was answered ${response.status}: ${answer.error}`);
    return answer;
  }
}

export interface RegisteredAgent {
  readonly id: string;
  readonly name: string;
  readonly api_key: string;
}

export interface MarketTask {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly budget: number;
  readonly status: string;
  readonly assigned_to: string | null;
  readonly result?: string | null;
}
