import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { AgentCard, type Part, Role, type Task, TaskState } from "@a2a-js/sdk";
import {
  AgentEvent,
  DefaultRequestHandler,
  InMemoryTaskStore,
  JsonRpcTransportHandler,
  type RequestContext,
  ServerCallContext,
} from "@a2a-js/sdk/server";

/** What the agent makes of a message: how its task stands then. */
export interface Turn {
  readonly state: TaskState;
  readonly says?: string;
  readonly parts?: readonly Part[];
}

export const part = (content: NonNullable<Part["content"]>, filename = "", mediaType = ""): Part => ({
  content,
  filename,
  mediaType,
  metadata: undefined,
});

type TakeTurn = (heard: RequestContext, number: number) => Turn;

/** Somebody else's agent, made with the official SDK's server. */
export class A2aServer {
  readonly heard: RequestContext[] = [];
  /** The Authorization of every request that had one. */
  readonly authorizations: string[] = [];
  /** Instead of an answer of the protocol. */
  misbehave: ((response: ServerResponse, path: string) => void) | undefined;
  readonly #server: Server;
  readonly #takeTurn: TakeTurn;
  readonly #handler: JsonRpcTransportHandler;

  private constructor(takeTurn: TakeTurn) {
    this.#takeTurn = takeTurn;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    const executor = {
      execute: async (
        heard: RequestContext,
        bus: { publish(event: ReturnType<typeof AgentEvent.task>): void; finished(): void },
      ) => {
        this.heard.push(heard);
        bus.publish(AgentEvent.task(this.#taskOf(heard)));
        bus.finished();
      },
      cancelTask: async () => undefined,
    };
    this.#handler = new JsonRpcTransportHandler(
      new DefaultRequestHandler(cardOf("http://placeholder"), new InMemoryTaskStore(), executor),
    );
  }

  static async start(takeTurn: TakeTurn): Promise<A2aServer> {
    const server = new A2aServer(takeTurn);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const { authorization } = request.headers;
    if (authorization !== undefined) this.authorizations.push(authorization);
    if (this.misbehave !== undefined) return this.misbehave(response, path);
    const body =
      request.method === "GET"
        ? AgentCard.toJSON(cardOf(`${this.url}/rpc`))
        : await this.#handler.handle(await readText(request), new ServerCallContext({ requestedVersion: "1.0" }));
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(body));
  }

  #taskOf(heard: RequestContext): Task {
    const { state, says, parts = [] } = this.#takeTurn(heard, this.heard.length);
    const { taskId, contextId } = heard;
    const message = {
      messageId: crypto.randomUUID(),
      contextId,
      taskId,
      role: Role.ROLE_AGENT,
      parts: [part({ $case: "text", value: says ?? "" })],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    };
    const artifact = {
      artifactId: "a",
      name: "",
      description: "",
      parts: [...parts],
      metadata: undefined,
      extensions: [],
    };
    return {
      id: taskId,
      contextId,
      status: { state, message: says === undefined ? undefined : message, timestamp: new Date().toISOString() },
      artifacts: parts.length === 0 ? [] : [artifact],
      history: [],
      metadata: undefined,
    };
  }
}

function cardOf(url: string): AgentCard {
  return {
    name: "Remote",
    description: "Another server's agent",
    supportedInterfaces: [{ url, protocolBinding: "JSONRPC", tenant: "", protocolVersion: "1.0" }],
    provider: undefined,
    version: "1",
    capabilities: { streaming: false, pushNotifications: false, extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ["text/plain"],
    defaultOutputModes: ["text/plain"],
    skills: [],
    signatures: [],
  };
}

export const completed = TaskState.TASK_STATE_COMPLETED;
export const asking = TaskState.TASK_STATE_INPUT_REQUIRED;
