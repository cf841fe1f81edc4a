import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChatAnswer, ChatModel, ChatRequest } from "../../src/model/chat.ts";
import { ModelError } from "../../src/outbound/models/model-error.ts";
import { type ChatSettings, openChat } from "../../src/outbound/models/open-models.ts";
import { type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";

let server: ScriptedModel;

beforeAll(async () => {
  server = await startScriptedModel();
});
afterAll(() => server.close());

const readTool = {
  name: "read_file",
  description: "Reads a file.",
  inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
};
const prices = new Map([["dear", { input: 3, output: 15, cachedInput: 0.3, cacheWrite: 3.75 }]]);

const kinds = [
  { kind: "openai-compatible", path: "/v1/chat/completions" },
  { kind: "anthropic", path: "/v1/messages" },
] as const;

describe.each(kinds)("a model talked to as $kind", ({ kind, path }) => {
  let model: ChatModel;
  let asked: number;

  const open = (wish: Partial<ChatSettings> = {}): Promise<ChatModel> =>
    openChat(
      {
        kind,
        model: "plain",
        baseUrl: server.baseUrl,
        apiKey: "the-key",
        timeoutMs: 5_000,
        answerMs: 20_000,
        prices,
        ...wish,
      },
      5,
    );
  const talk = (wish: Partial<ChatRequest> = {}, who = model): Promise<ChatAnswer> =>
    who.chat({
      instructions: "You are a poet.",
      messages: [{ role: "user", text: "A haiku." }],
      tools: [],
      maxOutputTokens: 500,
      signal: new AbortController().signal,
      ...wish,
    });
  const faultOf = async (answer: Promise<unknown>): Promise<string> => {
    const error = await answer.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof ModelError ? error.code : `no fault but ${String(error)}`;
  };
  const calls = (): number => server.questions.length - asked;

  beforeAll(async () => {
    model = await open();
  });
  beforeEach(() => {
    asked = server.questions.length;
  });

  it("says what it has to say; tokens are counted, and cost nothing without prices", async () => {
    server.script({ say: "An old silent pond. A frog jumps in. Ω 🐸" });
    expect(await talk()).toEqual({
      text: "An old silent pond. A frog jumps in. Ω 🐸",
      toolCalls: [],
      end: "stop",
      inputTokens: 120,
      cachedInputTokens: 0,
      outputTokens: 30,
      costMicros: 0,
    });
    expect(server.questions.at(-1)).toMatchObject({
      path,
      model: "plain",
      system: "You are a poet.",
      prompt: "A haiku.",
      maxTokens: 500,
      body: { stream: true },
    });
  });

  it("is another one where the request names it, at that one's price, with what was cached at its own", async () => {
    server.script({ say: "Yes.", cachedTokens: 100 });
    // 20 × 3 + 100 × 0.3 + 30 × 15
    expect(await talk({ model: "dear" })).toMatchObject({ cachedInputTokens: 100, inputTokens: 120, costMicros: 540 });
    expect(server.questions.at(-1)?.model).toBe("dear");
  });

  it("calls tools, several at once, which are handed on and not executed", async () => {
    const wanted = [
      { tool: "read_file", input: { path: "a.txt" } },
      { tool: "read_file", input: { path: "b.txt" } },
    ];
    server.script({ say: "Let me look.", calls: wanted });
    const answer = await talk({ tools: [readTool] });
    expect(answer).toMatchObject({ text: "Let me look.", end: "tool_calls" });
    expect(answer.toolCalls.map(({ tool, input }) => ({ tool, input }))).toEqual(wanted);
    expect(new Set(answer.toolCalls.map(({ callId }) => callId)).size).toBe(2);
    expect(calls()).toBe(1);
    expect(JSON.stringify(server.questions.at(-1)?.body.tools)).toContain('"path"');
  });

  it.each([
    ["of a tool that nobody offered", { tool: "launch", input: { at: 1 } }, { at: 1 }],
    ["that is no JSON", { tool: "read_file", input: '{"path": ' }, '{"path": '],
    ["of another form than was asked for", { tool: "read_file", input: { path: 7 } }, { path: 7 }],
  ])("is handed on with a call %s: that is for the tool to say", async (_what, call, input) => {
    server.script({ calls: [call] });
    const { toolCalls, end } = await talk({ tools: [readTool] });
    expect(end).toBe("tool_calls");
    expect(toolCalls).toMatchObject([{ tool: call.tool, input }]);
  });

  it("is told what it said, called and was answered, also of a call that could not be read", async () => {
    server.script({ say: "Done." });
    const callOf = (callId: string, input: unknown) => ({ callId, tool: "read_file", input });
    const resultOf = (callId: string, text: string, failed: boolean) => ({ callId, tool: "read_file", text, failed });
    await talk({
      tools: [readTool],
      messages: [
        { role: "user", text: "Begin." },
        { role: "assistant", text: "", toolCalls: [callOf("c1", { path: "a" }), callOf("c2", '{"path": ')] },
        { role: "tool", results: [resultOf("c1", "the content", false), resultOf("c2", "unreadable input", true)] },
        { role: "assistant", text: " ", toolCalls: [] },
        { role: "user", text: "Go on." },
      ],
    });
    const sent = JSON.stringify(server.questions.at(-1)?.body);
    for (const said of ["Begin.", "the content", "unreadable input", "Go on.", "c1", "c2"])
      expect(sent).toContain(said);
    expect(sent).not.toContain('"content":""');
  });

  it.each([
    ["stops at the limit", { say: "Half a sen", end: "length" }, "length"],
    ["refuses", { say: "I can't help with that.", end: "refused" }, "refused"],
    ["says nothing", { say: "" }, "stop"],
  ] as const)("says so when it %s", async (_what, line, end) => {
    server.script(line);
    expect(await talk()).toMatchObject({ text: line.say, end });
  });

  it.each([429, 500, 503, 529])("is asked again after a %i, three times at most", async (status) => {
    server.script({ status }, { status }, { say: "Fine." });
    expect((await talk()).text).toBe("Fine.");
    expect(calls()).toBe(3);
    server.script({ status });
    expect(await faultOf(talk())).toBe(status === 429 ? "rate_limited" : "unavailable");
    expect(calls()).toBe(6);
  });

  it("is asked again no sooner than its server wishes", async () => {
    server.script({ status: 429, headers: { "retry-after": "1" } }, { say: "Fine." });
    const startedMs = performance.now();
    expect((await talk()).text).toBe("Fine.");
    expect(performance.now() - startedMs).toBeGreaterThan(990);
  });

  it.each(["truncated", "ended_early", "overloaded"] as const)(
    "is asked again when its answer was %s, and nothing of the half answer is left",
    async (fault) => {
      server.script({ fault }, { say: "Whole." });
      expect((await talk()).text).toBe("Whole.");
      expect(calls()).toBe(2);
      server.script({ fault });
      expect(await faultOf(talk())).toBe("unavailable");
      expect(calls()).toBe(5);
    },
  );

  it.each([
    ["malformed", "unusable_answer"],
    ["html", "unusable_answer"],
    ["endless", "too_large"],
  ] as const)("fails with an answer that is %s, and is not asked again", async (fault, code) => {
    server.script({ fault });
    expect(await faultOf(talk())).toBe(code);
    expect(calls()).toBe(1);
  });

  it.each([400, 401, 404])("is not asked again after a %i", async (status) => {
    server.script({ status });
    const error = await talk().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "rejected" });
    expect(String(error)).not.toContain("the-key");
    expect(calls()).toBe(1);
  });

  it.each(["hang", "stall"] as const)("is given up when it is silent: %s", async (fault) => {
    server.script({ fault });
    expect(await faultOf(talk({}, await open({ timeoutMs: 150 })))).toBe("timed_out");
    expect(calls()).toBe(1);
  });

  it("is given up when it talks for too long, and when the caller gives up", async () => {
    server.script({ fault: "stall" });
    expect(await faultOf(talk({}, await open({ answerMs: 150 })))).toBe("timed_out");
    expect(await faultOf(talk({ signal: AbortSignal.timeout(100) }))).toBe("aborted");
    server.script({ status: 429, headers: { "retry-after": "15" } });
    const startedMs = performance.now();
    expect(await faultOf(talk({ signal: AbortSignal.timeout(200) }))).toBe("aborted");
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it("fails when nobody is there", async () => {
    expect(await faultOf(talk({}, await open({ baseUrl: "http://127.0.0.1:1/v1" })))).toBe("unavailable");
  });
});

it("Anthropic is told what will be sent again: the instructions and the last turns, four marks at most", async () => {
  const model = await openChat({
    kind: "anthropic",
    model: "claude-sonnet-5",
    baseUrl: server.baseUrl,
    apiKey: "k",
    timeoutMs: 5_000,
    answerMs: 5_000,
    prices: new Map(),
  });
  server.script({ say: "Fine." });
  const turns = ["one", "two", "three"].flatMap((text) => [
    { role: "user" as const, text },
    { role: "assistant" as const, text: `answer ${text}`, toolCalls: [] },
  ]);
  const last = { role: "user" as const, text: "four" };
  const { signal } = new AbortController();
  await model.chat({ instructions: "Be brief.", messages: [...turns, last], tools: [], maxOutputTokens: 50, signal });
  const { system, messages } = (server.questions.at(-1)?.body ?? {}) as Record<string, { content?: unknown }[]>;
  const mark = { cache_control: { type: "ephemeral" } };
  expect(system).toMatchObject([{ text: "Be brief.", ...mark }]);
  expect(messages?.filter((message) => JSON.stringify(message).includes("cache_control"))).toMatchObject([
    { content: [{ text: "three", ...mark }] },
    { content: [{ text: "four", ...mark }] },
  ]);
});
