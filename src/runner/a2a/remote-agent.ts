import { setTimeout as pause } from "node:timers/promises";
import { type Message, type Part, Role, type SendMessageRequest, type Task, TaskState } from "@a2a-js/sdk";
import {
  type Client,
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from "@a2a-js/sdk/client";
import { oneLine } from "../stranger-text.ts";
import { type RemoteFile, readResult } from "./read-result.ts";

/** A task of another server, as far as it concerns us. */
export interface RemoteTask {
  readonly id: string;
  readonly contextId: string;
  readonly state: "working" | "asking" | "done" | "failed";
  /** Whether it waits for us, or is over. */
  readonly isResting: boolean;
  readonly isOver: boolean;
  /** What the agent says with its state. */
  readonly said: string;
  readonly text: string;
  readonly files: readonly RemoteFile[];
}

export interface NewMessage {
  readonly messageId: string;
  readonly text: string;
  readonly title?: string;
  readonly taskId?: string;
  readonly contextId?: string;
  /** A task that is over, which this one revises. */
  readonly follows?: string;
}

export interface RemoteAddress {
  /** The agent's card, or the address below which it is. */
  readonly url: string;
  readonly authorization: string | undefined;
}

export interface RemoteOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly firstPauseMs?: number;
}

/** The other server did not do what it should; the message is for people. */
export class RemoteFault extends Error {
  override readonly name = "RemoteFault";
}

/** Houses like ours accept work by themselves when they are told to: whoever gave us the task reviews it. */
const termsExtension = "urn:guildhall:a2a:terms";
const defaultFirstPauseMs = 1_000;
const longestPauseMs = 15_000;
const pauseFactor = 1.3;
/** In a row; then the task is given up. */
const maxFaults = 6;
const maxReasonLength = 300;

/** Another server's agent, by the official client. */
export class RemoteAgent {
  readonly #url: string;
  readonly #authorization: string | undefined;
  readonly #options: RemoteOptions;
  #client: Promise<{ readonly client: Client; readonly knowsTerms: boolean }> | undefined;

  constructor({ url, authorization }: RemoteAddress, options: RemoteOptions) {
    this.#url = url;
    this.#authorization = authorization;
    this.#options = options;
  }

  /** Begins a task, or says something on one. It is looked at afterwards. */
  async send(message: NewMessage, signal: AbortSignal): Promise<RemoteTask> {
    try {
      return await this.#send(message, signal);
    } catch (error) {
      if (message.taskId === undefined || !(error instanceof RemoteFault)) throw error;
      // A task that asks nothing any more has heard the same message before the server died.
      const task = await this.#look(message.taskId, signal);
      if (task.state === "asking") throw error;
      return task;
    }
  }

  #send(message: NewMessage, signal: AbortSignal): Promise<RemoteTask> {
    return asking(async () => {
      const { client, knowsTerms } = await this.#connect();
      const answer = await client.sendMessage(requestOf(message, knowsTerms), { signal });
      if ("messageId" in answer) return this.#answered(answer, signal);
      return this.#read(answer, signal);
    }, signal);
  }

  /** Looks at a task until it is over or waits for us. Faults on the way are passed over, for a while. */
  async untilResting(taskId: string, signal: AbortSignal): Promise<RemoteTask> {
    let pauseMs = this.#options.firstPauseMs ?? defaultFirstPauseMs;
    for (let faults = 0; ; ) {
      try {
        const task = await this.#look(taskId, signal);
        if (task.isResting) return task;
        faults = 0;
      } catch (error) {
        if (!(error instanceof RemoteFault) || ++faults === maxFaults) throw error;
      }
      await pause(pauseMs, undefined, { signal });
      pauseMs = Math.min(longestPauseMs, pauseMs * pauseFactor);
    }
  }

  #look(taskId: string, signal: AbortSignal): Promise<RemoteTask> {
    return asking(async () => {
      const { client } = await this.#connect();
      return this.#read(await client.getTask({ tenant: "", id: taskId, historyLength: 0 }, { signal }), signal);
    }, signal);
  }

  async #read(task: Task, signal: AbortSignal): Promise<RemoteTask> {
    const state = stateOf(task.status?.state);
    if (typeof task.id !== "string" || task.id === "") throw new RemoteFault("It named no task.");
    const { text } = await readResult([task.status?.message?.parts ?? []], this.#fetch, signal);
    const isOver = state === "failed" || task.status?.state === TaskState.TASK_STATE_COMPLETED;
    const result =
      state === "done"
        ? await readResult(
            task.artifacts.map(({ parts }) => parts),
            this.#fetch,
            signal,
          )
        : noResult;
    return {
      id: task.id,
      contextId: task.contextId,
      state,
      isResting: state !== "working",
      isOver,
      said: text,
      ...result,
    };
  }

  /** An agent may answer without making a task of it. */
  async #answered({ parts, contextId }: Message, signal: AbortSignal): Promise<RemoteTask> {
    const result = await readResult([parts], this.#fetch, signal);
    return { id: "", contextId, state: "done", isResting: true, isOver: true, said: "", ...result };
  }

  #connect() {
    this.#client ??= this.#open();
    // Whoever could not connect tries again the next time.
    this.#client.catch(() => (this.#client = undefined));
    return this.#client;
  }

  async #open() {
    const transport = { fetchImpl: this.#fetch };
    const factory = new ClientFactory({
      transports: [new JsonRpcTransportFactory(transport), new RestTransportFactory(transport)],
      cardResolver: new DefaultAgentCardResolver(transport),
    });
    const isCard = new URL(this.#url).pathname.endsWith(".json");
    const client = isCard
      ? await factory.createFromUrl(this.#url, this.#url)
      : await factory.createFromUrl(this.#url.endsWith("/") ? this.#url : `${this.#url}/`);
    const { capabilities } = await client.getAgentCard();
    return { client, knowsTerms: capabilities?.extensions?.some(({ uri }) => uri === termsExtension) ?? false };
  }

  /** Credentials go to their own origin and nowhere else. */
  readonly #fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    const isOwnOrigin = new URL(request.url).origin === new URL(this.#url).origin;
    if (this.#authorization !== undefined && isOwnOrigin) request.headers.set("Authorization", this.#authorization);
    return this.#options.fetch(request);
  };
}

const noResult = { text: "", files: [] } as const;

function stateOf(state: TaskState | undefined): RemoteTask["state"] {
  switch (state) {
    case TaskState.TASK_STATE_SUBMITTED:
    case TaskState.TASK_STATE_WORKING:
      return "working";
    case TaskState.TASK_STATE_INPUT_REQUIRED:
      return "asking";
    case TaskState.TASK_STATE_COMPLETED:
      return "done";
    case TaskState.TASK_STATE_FAILED:
    case TaskState.TASK_STATE_CANCELED:
    case TaskState.TASK_STATE_REJECTED:
      return "failed";
    case TaskState.TASK_STATE_AUTH_REQUIRED:
      throw new RemoteFault("It wants to be shown credentials that this server does not have.");
    default:
      throw new RemoteFault("It does not say how far the task is.");
  }
}

function requestOf(message: NewMessage, knowsTerms: boolean): SendMessageRequest {
  const { messageId, text, title, taskId = "", contextId = "", follows } = message;
  const isNew = taskId === "";
  const terms = { review: "auto", ...(title === undefined ? {} : { title }) };
  const part: Part = {
    content: { $case: "text", value: text },
    metadata: undefined,
    filename: "",
    mediaType: "text/plain",
  };
  return {
    tenant: "",
    message: {
      messageId,
      contextId,
      taskId,
      role: Role.ROLE_USER,
      parts: [part],
      metadata: isNew && knowsTerms ? { [termsExtension]: terms } : undefined,
      extensions: isNew && knowsTerms ? [termsExtension] : [],
      referenceTaskIds: follows === undefined || follows === "" ? [] : [follows],
    },
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig: undefined,
      historyLength: 0,
      returnImmediately: true,
    },
    metadata: undefined,
  };
}

/** What goes wrong between two servers, in a line for people. That we stop is not their fault. */
async function asking<Answer>(ask: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RemoteFault) throw error;
    throw new RemoteFault(oneLine(reasonOf(error), maxReasonLength), { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  for (const each of [error, inner]) if (each instanceof Error && each.name === "OutboundError") return each.message;
  if (error instanceof SyntaxError || inner instanceof SyntaxError) return "Its answer is not JSON.";
  return error instanceof Error ? error.message : String(error);
}
