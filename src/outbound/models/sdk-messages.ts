import { type JSONValue, jsonSchema, type ModelMessage, type SystemModelMessage, type ToolSet, tool } from "ai";
import type { ChatMessage, ToolCall, ToolOffer } from "../../model/chat.ts";

/** Tells Anthropic that what comes before this point will be sent again; other servers find that out themselves. */
const kept = { anthropic: { cacheControl: { type: "ephemeral" } } } as const;
/** So many of the last turns that aren't the model's: the newest, and the one that the call before ended with. */
const keptTurns = 2;

/** The instructions, which are the same in every call of a run. */
export function sdkInstructions(text: string): SystemModelMessage[] {
  return text === "" ? [] : [{ role: "system", content: text, providerOptions: kept }];
}

/** The conversation as the SDK wants it. Messages in which nothing is said are left out: servers refuse them. */
export function sdkMessages(messages: readonly ChatMessage[]): ModelMessage[] {
  const said = messages.map(sdkMessage).filter(({ content }) => content.length > 0);
  const turns = said.filter(({ role }) => role !== "assistant").slice(-keptTurns);
  for (const turn of turns) turn.providerOptions = kept;
  return said;
}

function sdkMessage(message: ChatMessage): ModelMessage {
  switch (message.role) {
    case "user":
      return { role: "user", content: message.text };
    case "assistant": {
      const text = message.text.trim() === "" ? [] : [{ type: "text" as const, text: message.text }];
      return { role: "assistant", content: [...text, ...message.toolCalls.map(sdkCall)] };
    }
    case "tool":
      return {
        role: "tool",
        content: message.results.map(({ callId, tool: toolName, text, failed }) => ({
          type: "tool-result",
          toolCallId: callId,
          toolName,
          output: { type: failed ? "error-text" : "text", value: text },
        })),
      };
  }
}

/** A server takes back only calls with an object; of anything else its model is shown what it wrote. */
function sdkCall({ callId, tool: toolName, input }: ToolCall) {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  const given = isObject ? input : { unreadable: typeof input === "string" ? input : JSON.stringify(input ?? null) };
  return { type: "tool-call", toolCallId: callId, toolName, input: given as JSONValue } as const;
}

/** None of them can be executed by the SDK: it hands the calls on. */
export function sdkTools(offers: readonly ToolOffer[]): ToolSet {
  return Object.fromEntries(
    offers.map(({ name, description, inputSchema }) => [
      name,
      tool({ description, inputSchema: jsonSchema({ ...inputSchema }) }),
    ]),
  );
}
