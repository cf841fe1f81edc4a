import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it came. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly atMs: number;
}

/** What a receiver does with a request: a status to answer, or nothing at all. */
type Behaviour = number | "hang";

/** Somebody's server that webhooks are sent to, with everything it was sent. Each path may behave in its own way. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  #server: Server;
  #port = 0;
  #behaviour: (path: string) => Behaviour = () => 200;

  private constructor() {
    this.#server = this.#serve();
  }

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await receiver.comeUp();
    return receiver;
  }

  url(path = "/hook"): string {
    return `http://127.0.0.1:${this.#port}${path}`;
  }

  at(path: string): Received[] {
    return this.received.filter((request) => request.path === path);
  }

  behave(behaviour: (path: string) => Behaviour): void {
    this.#behaviour = behaviour;
  }

  /** Nobody listens any more. */
  async goDown(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Listens (again), on the same port as before. */
  async comeUp(): Promise<void> {
    this.#server = this.#serve().listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #serve(): Server {
    return createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const path = request.url ?? "";
        const body = Buffer.concat(chunks).toString();
        this.received.push({ path, headers: request.headers, body, atMs: performance.now() });
        this.#answer(path, response);
      });
    });
  }

  #answer(path: string, response: ServerResponse): void {
    const behaviour = this.#behaviour(path);
    if (behaviour === "hang") return;
    response.writeHead(behaviour, { "x-receiver": "test" }).end(`answered ${behaviour}`);
  }
}

/** Asks again and again until there is an answer. */
export async function eventually<Result>(
  ask: () => Result | undefined | Promise<Result | undefined>,
  what: string,
  timeoutMs = 8_000,
): Promise<Result> {
  const giveUpAtMs = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > giveUpAtMs) throw new Error(`This never came: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
