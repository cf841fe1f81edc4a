import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a call to the model is answered with. */
type Line =
  | { readonly say: string }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly fault: Fault };

/** `hang`: no answer at all; `cut_by_length`: the model had more to say than it was allowed to. */
type Fault = "truncated" | "malformed" | "hang" | "endless" | "cut_by_length";

/** What the model was asked, whichever way it was put on the wire. */
interface Question {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly model: string;
  readonly system: string;
  readonly prompt: string;
  readonly maxTokens: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A model's server on loopback that speaks OpenAI's and Anthropic's wire and says what it is told to, line by line. */
export interface ScriptedModel {
  /** Of both dialects, with the version at its end. */
  readonly baseUrl: string;
  readonly questions: readonly Question[];
  /** The next answers; the last one is repeated. */
  script(...lines: Line[]): void;
  close(): Promise<void>;
}

const usage = { input: 120, output: 30 };

export async function startScriptedModel(): Promise<ScriptedModel> {
  const questions: Question[] = [];
  let lines: Line[] = [{ say: "{}" }];
  const server = createServer(async (request, response) => {
    const question = await readQuestion(request);
    questions.push(question);
    const line = lines.length > 1 ? lines.shift() : lines[0];
    if (line !== undefined) act(line, question, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    questions,
    script(...next) {
      lines = next;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function readQuestion(request: IncomingMessage): Promise<Question> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString());
  const { url: path = "", headers } = request;
  const system = isAnthropic(path)
    ? textOf(body.system)
    : textOf(body.messages.find((message: { role: string }) => message.role === "system")?.content);
  const prompt = textOf(body.messages.findLast((message: { role: string }) => message.role === "user")?.content);
  return { path, headers, model: body.model, system, prompt, maxTokens: body.max_tokens, body };
}

function isAnthropic(path: string): boolean {
  return path.endsWith("/messages");
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === "string" ? content : "";
  return content.map((part: { text?: string }) => part.text ?? "").join("");
}

function act(line: Line, question: Question, response: ServerResponse): void {
  if ("say" in line) reply(response, 200, answerOf(question, line.say, false));
  else if ("status" in line) reply(response, line.status, refusalOf(question, line.status), line.headers);
  else breakOff(line.fault, question, response);
}

function reply(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

function breakOff(fault: Fault, question: Question, response: ServerResponse): void {
  if (fault === "cut_by_length") reply(response, 200, answerOf(question, '{"score": 1, "rea', true));
  if (fault === "malformed") reply(response, 200, "{this is no JSON");
  if (fault === "truncated") {
    const answer = JSON.stringify(answerOf(question, '{"score": 1, "reason": "Fine."}', false));
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.length });
    response.write(answer.slice(0, -10), () => response.destroy());
  }
  if (fault === "endless") {
    response.writeHead(200, { "content-type": "application/json" });
    const chunk = " ".repeat(65_536);
    const pour = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", pour);
    pour();
  }
}

function answerOf({ path, model, body }: Question, text: string, isCut: boolean): unknown {
  if (!isAnthropic(path)) {
    return {
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1_700_000_000,
      model,
      choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: isCut ? "length" : "stop" }],
      usage: { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output },
    };
  }
  // A model without structured output is given a tool to answer with.
  const tools = body.tools as readonly { readonly name: string }[] | undefined;
  const [tool] = tools ?? [];
  const input = isCut ? {} : tool === undefined ? null : JSON.parse(text);
  const content =
    tool === undefined ? { type: "text", text } : { type: "tool_use", id: "toolu_1", name: tool.name, input };
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: [content],
    stop_reason: isCut ? "max_tokens" : tool === undefined ? "end_turn" : "tool_use",
    stop_sequence: null,
    usage: { input_tokens: usage.input, output_tokens: usage.output },
  };
}

function refusalOf({ path }: Question, status: number): unknown {
  const message = `Scripted status ${status}.`;
  if (isAnthropic(path))
    return { type: "error", error: { type: status === 429 ? "rate_limit_error" : "api_error", message } };
  return { error: { message, type: "api_error", param: null, code: null } };
}
