import type { ChatAnswer, ChatMessage, ToolResult } from "../../model/chat.ts";

/** Characters of all messages together, above which old ones are shortened, and down to which. */
const [lengthMax, lengthWanted] = [240_000, 120_000];
/** Never shortened: what the model is working on just now. */
const newestKept = 6;
const keptLength = 300;
/** Tools whose results are the customer's words. */
const customersWords = new Set(["ask_customer", "finish"]);

/**
 * What was said between us and the model. Old results and old file contents give way when it becomes too long: many at
 * a time, because providers keep the beginning of a conversation in a cache for as long as it stays the same.
 */
export class Conversation {
  readonly #messages: Said[] = [];
  /** All messages before this one are shortened, but for the first, which says what is wanted. */
  #shortenedBefore = 1;

  tell(text: string): void {
    this.#add({ role: "user", text });
  }

  answered({ text, toolCalls }: Pick<ChatAnswer, "text" | "toolCalls">): void {
    this.#add({ role: "assistant", text, toolCalls });
  }

  results(results: readonly ToolResult[]): void {
    this.#add({ role: "tool", results });
  }

  /** For the next question to the model. */
  messages(): readonly ChatMessage[] {
    let length = this.#messages.reduce((sum, said, index) => sum + lengthOf(this.#shown(said, index)), 0);
    if (length > lengthMax) {
      for (const [index, said] of this.#messages.entries()) {
        if (length <= lengthWanted || index >= this.#messages.length - newestKept) break;
        if (index < this.#shortenedBefore) continue;
        this.#shortenedBefore = index + 1;
        length -= lengthOf(said.whole) - lengthOf(said.short);
      }
    }
    return this.#messages.map((said, index) => this.#shown(said, index));
  }

  #add(whole: ChatMessage): void {
    this.#messages.push({ whole, short: shortenedMessage(whole) });
  }

  #shown({ whole, short }: Said, index: number): ChatMessage {
    return index > 0 && index < this.#shortenedBefore ? short : whole;
  }
}

interface Said {
  readonly whole: ChatMessage;
  readonly short: ChatMessage;
}

function shortenedMessage(message: ChatMessage): ChatMessage {
  if (message.role === "user") return message;
  if (message.role === "assistant") {
    return {
      ...message,
      toolCalls: message.toolCalls.map((call) => ({ ...call, input: shortenedInput(call.input) })),
    };
  }
  return {
    role: "tool",
    results: message.results.map((result) =>
      customersWords.has(result.tool) ? result : { ...result, text: leftOut(result.text) },
    ),
  };
}

function shortenedInput(input: unknown): unknown {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return {};
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, typeof value === "string" ? leftOut(value) : value]),
  );
}

function leftOut(text: string): string {
  return text.length <= keptLength ? text : `[${text.length} characters, left out to save room]`;
}

function lengthOf(message: ChatMessage): number {
  return JSON.stringify(message).length;
}
