import { type Message, type Part, Role, type SendMessageRequest, type Task } from "@a2a-js/sdk";
import { type Client, ClientFactory, DefaultAgentCardResolver, JsonRpcTransportFactory } from "@a2a-js/sdk/client";

/** The official client, with a key. `base` is the address of an agent, or of the house. */
export async function connectA2a(base: string, key: string | undefined): Promise<Client> {
  const fetchImpl: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    if (key !== undefined) headers.set("Authorization", `Bearer ${key}`);
    return fetch(input, { ...init, headers });
  };
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory({ fetchImpl })],
    cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
  });
  return factory.createFromUrl(`${base}/`);
}

export interface Said {
  readonly taskId?: string;
  readonly contextId?: string;
  readonly messageId?: string;
  readonly data?: unknown;
  readonly parts?: Part[];
  readonly metadata?: Record<string, unknown>;
  /** By default the client does not wait for the task's end. */
  readonly waits?: boolean;
  readonly historyLength?: number;
}

const noPart = { metadata: undefined, filename: "", mediaType: "" };

export function textPart(text: string): Part {
  return { ...noPart, content: { $case: "text", value: text } };
}

/** A message as a client sends it. */
export function saying(text: string, said: Said = {}): SendMessageRequest {
  const data: Part[] = said.data === undefined ? [] : [{ ...noPart, content: { $case: "data", value: said.data } }];
  const message: Message = {
    messageId: said.messageId ?? crypto.randomUUID(),
    contextId: said.contextId ?? "",
    taskId: said.taskId ?? "",
    role: Role.ROLE_USER,
    parts: said.parts ?? [...(text === "" ? [] : [textPart(text)]), ...data],
    metadata: said.metadata,
    extensions: [],
    referenceTaskIds: [],
  };
  return {
    tenant: "",
    message,
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig: undefined,
      returnImmediately: said.waits !== true,
      ...(said.historyLength === undefined ? {} : { historyLength: said.historyLength }),
    },
    metadata: undefined,
  };
}

/** Sends a message whose answer is a task. */
export async function send(client: Client, text: string, said: Said = {}): Promise<Task> {
  const answer = await client.sendMessage(saying(text, said));
  if ("messageId" in answer) throw new Error("The answer is a message, not a task.");
  return answer;
}

/** All texts of a message or an artifact. */
export function textOf(holder: { readonly parts: readonly Part[] } | undefined): string {
  return (holder?.parts ?? []).flatMap(({ content }) => (content?.$case === "text" ? [content.value] : [])).join("\n");
}
