import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { errorEvent, eventsOf, refusalBody, type Saying, type Wire, wholeAnswer } from "./model-wire.ts";

/** What a call to the model is answered with. */
export type Line =
  | (Saying & { readonly afterMs?: number })
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly fault: Fault };

/**
 * `hang`: no answer at all; `stall`: the beginning of one; `truncated`: the connection breaks; `ended_early`: it ends as
 * if that were all; `overloaded`: the server says in mid-answer that it can't go on; `cut_by_length`: the model had more
 * to say than it was allowed to.
 */
type Fault =
  | "truncated"
  | "ended_early"
  | "overloaded"
  | "malformed"
  | "html"
  | "hang"
  | "stall"
  | "endless"
  | "cut_by_length";

/** What the model was asked, whichever way it was put on the wire. */
export interface Question {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly model: string;
  readonly system: string;
  /** The newest thing that a person said, or a tool answered. */
  readonly prompt: string;
  readonly maxTokens: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A model's server on loopback that speaks OpenAI's and Anthropic's wire and says what it is told to, line by line. */
export interface ScriptedModel {
  /** Of both dialects, with the version at its end. */
  readonly baseUrl: string;
  readonly questions: readonly Question[];
  /** The next answers; the last one is repeated. One may depend on the question. */
  script(...lines: (Line | ((question: Question) => Line))[]): void;
  close(): Promise<void>;
}

const halfAnswer = { say: '{"score": 1, "rea', end: "length" } as const;
const goodAnswer = { say: '{"score": 1, "reason": "Fine."}' };
const longAnswer = { say: "It begins well and goes on like this for quite a while.".repeat(1_000), pieceLength: 5_000 };

export async function startScriptedModel(): Promise<ScriptedModel> {
  const questions: Question[] = [];
  let lines: (Line | ((question: Question) => Line))[] = [{ say: "{}" }];
  const server = createServer(async (request, response) => {
    const question = await readQuestion(request);
    questions.push(question);
    const line = lines.length > 1 ? lines.shift() : lines[0];
    if (line !== undefined) await act(typeof line === "function" ? line(question) : line, question, response);
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
  const system =
    wireOf(path) === "anthropic"
      ? textOf(body.system)
      : textOf(body.messages.find((message: { role: string }) => message.role === "system")?.content);
  const asked = (message: { role: string }): boolean => message.role === "user" || message.role === "tool";
  const prompt = textOf(body.messages.findLast(asked)?.content);
  return { path, headers, model: body.model, system, prompt, maxTokens: body.max_tokens, body };
}

function wireOf(path: string): Wire {
  return path.endsWith("/messages") ? "anthropic" : "openai";
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === "string" ? content : "";
  return content.map((part: { text?: string; content?: unknown }) => part.text ?? textOf(part.content)).join("");
}

async function act(line: Line, question: Question, response: ServerResponse): Promise<void> {
  const wire = wireOf(question.path);
  if ("status" in line) reply(response, line.status, refusalBody(wire, line.status), line.headers);
  else if (!("fault" in line)) {
    if (line.afterMs !== undefined) await delay(line.afterMs);
    answer(line, question, response);
  } else if (line.fault === "cut_by_length") answer(halfAnswer, question, response);
  else if (question.body.stream === true) breakStream(line.fault, question, response);
  else breakOff(line.fault, question, response);
}

function answer(saying: Saying, question: Question, response: ServerResponse): void {
  const { path, model, body } = question;
  if (body.stream === true) {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    for (const event of eventsOf(wireOf(path), model, saying)) response.write(event);
    response.end();
    return;
  }
  const [tool] = (body.tools ?? []) as readonly { readonly name: string }[];
  reply(response, 200, wholeAnswer(wireOf(path), model, saying, tool?.name));
}

function reply(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

function html(response: ServerResponse): void {
  reply(response, 200, "<!doctype html><h1>Please sign in</h1>", { "content-type": "text/html" });
}

function breakOff(fault: Fault, question: Question, response: ServerResponse): void {
  if (fault === "html") html(response);
  if (fault === "malformed") reply(response, 200, "{this is no JSON");
  if (fault === "truncated" || fault === "ended_early") {
    const whole = JSON.stringify(wholeAnswer("openai", question.model, goodAnswer));
    response.writeHead(200, { "content-type": "application/json", "content-length": whole.length });
    response.write(whole.slice(0, -10), () => response.destroy());
  }
  if (fault === "endless") {
    response.writeHead(200, { "content-type": "application/json" });
    pour(response, " ".repeat(65_536));
  }
}

function breakStream(fault: Fault, question: Question, response: ServerResponse): void {
  if (fault === "html") html(response);
  if (fault === "html" || fault === "hang") return;
  const wire = wireOf(question.path);
  const events = eventsOf(wire, question.model, longAnswer);
  const begun = events.slice(0, 4);
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (fault === "stall") response.write(begun.join(""));
  if (fault === "truncated") response.write(begun.join(""), () => response.destroy());
  if (fault === "ended_early") response.end(begun.join(""));
  if (fault === "overloaded") response.end(begun.join("") + errorEvent(wire));
  if (fault === "malformed") response.end(`${begun.join("")}data: {this is no JSON\n\n`);
  if (fault === "endless") {
    response.write(begun.slice(0, -1).join(""));
    pour(response, begun.at(-1) ?? "");
  }
}

function pour(response: ServerResponse, chunk: string): void {
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
}
