/** What a scripted model says, before it is put on a wire. */
export interface Saying {
  readonly say?: string;
  readonly calls?: readonly ScriptedCall[];
  /** Why it stops; by default because it is done. */
  readonly end?: "length" | "refused";
  /** Of the 120 tokens that it was given, those that it had already. */
  readonly cachedTokens?: number;
  /** How much text comes in one event. */
  readonly pieceLength?: number;
}

export interface ScriptedCall {
  readonly tool: string;
  /** A text is put on the wire as it is, JSON or not. */
  readonly input: unknown;
}

export type Wire = "anthropic" | "openai";

const usage = { input: 120, output: 30 };
const defaultPieceLength = 16;
const created = 1_700_000_000;

/** The whole answer in one piece. Anthropic's models without structured output are given a tool to answer with. */
export function wholeAnswer(wire: Wire, model: string, saying: Saying, answerTool?: string): unknown {
  const { say = "" } = saying;
  if (wire === "openai") {
    const toolCalls = openAiCalls(saying);
    const message = { role: "assistant", content: say, ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }) };
    return {
      id: "chatcmpl-1",
      object: "chat.completion",
      created,
      model,
      choices: [{ index: 0, message, finish_reason: openAiReason(saying) }],
      usage: openAiUsage(saying),
    };
  }
  const isCut = saying.end === "length";
  const input = isCut ? {} : answerTool === undefined ? null : JSON.parse(say);
  const content =
    answerTool === undefined
      ? { type: "text", text: say }
      : { type: "tool_use", id: "toolu_1", name: answerTool, input };
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: [content],
    stop_reason: isCut ? "max_tokens" : answerTool === undefined ? "end_turn" : "tool_use",
    stop_sequence: null,
    usage: anthropicUsage(saying),
  };
}

/** The answer as server-sent events, the text a few characters at a time. */
export function eventsOf(wire: Wire, model: string, saying: Saying): string[] {
  return wire === "openai" ? openAiEvents(model, saying) : anthropicEvents(model, saying);
}

/** What a server says in the middle of a stream when it can't go on. */
export function errorEvent(wire: Wire): string {
  const error = { type: "overloaded_error", message: "Overloaded" };
  return wire === "openai" ? `data: ${JSON.stringify({ error })}\n\n` : event({ type: "error", error });
}

export function refusalBody(wire: Wire, status: number): unknown {
  const message = `Scripted status ${status}.`;
  if (wire === "openai") return { error: { message, type: "api_error", param: null, code: null } };
  return { type: "error", error: { type: status === 429 ? "rate_limit_error" : "api_error", message } };
}

function openAiEvents(model: string, saying: Saying): string[] {
  const chunk = (delta: unknown, reason: string | null = null): string =>
    `data: ${JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created,
      model,
      choices: [{ index: 0, delta, finish_reason: reason }],
    })}\n\n`;
  const calls = openAiCalls(saying).flatMap(({ function: called, ...call }, index) => [
    chunk({ tool_calls: [{ index, ...call, function: { name: called.name, arguments: "" } }] }),
    ...pieces(called.arguments).map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })),
  ]);
  const tally = { id: "chatcmpl-1", object: "chat.completion.chunk", created, model, choices: [] };
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces(saying.say ?? "", saying.pieceLength).map((content) => chunk({ content })),
    ...calls,
    chunk({}, openAiReason(saying)),
    `data: ${JSON.stringify({ ...tally, usage: openAiUsage(saying) })}\n\n`,
    "data: [DONE]\n\n",
  ];
}

function anthropicEvents(model: string, saying: Saying): string[] {
  const { say = "", calls = [] } = saying;
  const counted = anthropicUsage(saying);
  const message = { id: "msg_1", type: "message", role: "assistant", model, content: [], stop_reason: null };
  const text =
    say === "" ? [] : anthropicBlock(0, { type: "text", text: "" }, "text_delta", "text", say, saying.pieceLength);
  const first = say === "" ? 0 : 1;
  const used = calls.flatMap(({ tool, input }, index) =>
    anthropicBlock(
      first + index,
      { type: "tool_use", id: `toolu_${index + 1}`, name: tool, input: {} },
      "input_json_delta",
      "partial_json",
      textOfInput(input),
    ),
  );
  const reason = { length: "max_tokens", refused: "refusal", done: calls.length > 0 ? "tool_use" : "end_turn" };
  return [
    event({
      type: "message_start",
      message: { ...message, stop_sequence: null, usage: { ...counted, output_tokens: 1 } },
    }),
    event({ type: "ping" }),
    ...text,
    ...used,
    event({
      type: "message_delta",
      delta: { stop_reason: reason[saying.end ?? "done"], stop_sequence: null },
      usage: { output_tokens: counted.output_tokens },
    }),
    event({ type: "message_stop" }),
  ];
}

function anthropicBlock(
  index: number,
  block: unknown,
  type: string,
  field: string,
  text: string,
  pieceLength?: number,
): string[] {
  return [
    event({ type: "content_block_start", index, content_block: block }),
    ...pieces(text, pieceLength).map((part) =>
      event({ type: "content_block_delta", index, delta: { type, [field]: part } }),
    ),
    event({ type: "content_block_stop", index }),
  ];
}

function event(data: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function openAiCalls({ calls = [] }: Saying) {
  return calls.map(({ tool, input }, index) => ({
    id: `call_${index + 1}`,
    type: "function",
    function: { name: tool, arguments: textOfInput(input) },
  }));
}

function openAiReason({ end, calls = [] }: Saying): string {
  if (end === "length") return "length";
  if (end === "refused") return "content_filter";
  return calls.length > 0 ? "tool_calls" : "stop";
}

function openAiUsage({ cachedTokens = 0 }: Saying) {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}

function anthropicUsage({ cachedTokens = 0 }: Saying) {
  return {
    input_tokens: usage.input - cachedTokens,
    cache_read_input_tokens: cachedTokens,
    cache_creation_input_tokens: 0,
    output_tokens: usage.output,
  };
}

function textOfInput(input: unknown): string {
  return typeof input === "string" ? input : JSON.stringify(input);
}

function pieces(text: string, pieceLength = defaultPieceLength): string[] {
  return text.match(new RegExp(`[^]{1,${pieceLength}}`, "g")) ?? [];
}
