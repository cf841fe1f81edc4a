import type { ChatMessage, ChatModel } from "../model/chat.ts";
import { type Executor, type RunBrief, RunFailed, type RunSession } from "./executor.ts";
import { hearModel } from "./model-step.ts";
import { aboutStrangerText, readableText, strangerText } from "./stranger-text.ts";

const maxOutputTokens = 8_000;
/** An answer that stops at the limit above is asked to go on so often. */
const maxParts = 4;
/** Of what is handed in, and of each text that the model is shown. */
const maxCharacters = 100_000;

const manner = [
  "You are given one task. Answer with the finished result itself and nothing else: it is handed to the customer as it",
  "is. You cannot ask anything; where something is left open, decide sensibly.",
].join("\n");

/** An agent that is a system prompt: the model's answer to the task is the work. A revision is another answer. */
export function openPrompt(model: ChatModel): Executor {
  return async (session) => {
    const { systemPrompt } = session.brief.agent;
    if (systemPrompt === null) throw new RunFailed("This agent has no system prompt.");
    const prompted = new Prompted(session, model, `${systemPrompt}\n\n${manner}\n\n${aboutStrangerText}`);
    for (;;) {
      const verdict = await session.deliver({ text: await prompted.answer(), files: [] });
      if (verdict.verdict !== "revision") return;
      prompted.askForRevision(verdict.reason);
    }
  };
}

class Prompted {
  readonly #session: RunSession;
  readonly #model: ChatModel;
  readonly #instructions: string;
  readonly #messages: ChatMessage[];
  #asked = 0;

  constructor(session: RunSession, model: ChatModel, instructions: string) {
    this.#session = session;
    this.#model = model;
    this.#instructions = instructions;
    this.#messages = [{ role: "user", text: taskText(session.brief) }];
  }

  async answer(): Promise<string> {
    let text = "";
    for (let part = 1; part <= maxParts; part++) {
      const heard = await this.#hear();
      text += heard.text;
      this.#messages.push({ role: "assistant", text: heard.text, toolCalls: [] });
      if (heard.end !== "length") return this.#checked(text);
      this.#messages.push({ role: "user", text: "You were cut off. Go on exactly where you stopped." });
    }
    throw new RunFailed("The language model came to no end.");
  }

  askForRevision(reason: string | null): void {
    const why = reason === null ? "They gave no reason." : `Their reason:\n${this.#asData(reason)}`;
    this.#messages.push({
      role: "user",
      text: `The customer wants it done differently. ${why}\nAnswer with the whole revised result.`,
    });
  }

  #hear() {
    this.#asked++;
    return hearModel(this.#session, this.#model, this.#asked, () => ({
      instructions: this.#instructions,
      messages: this.#messages,
      tools: [],
      maxOutputTokens,
    }));
  }

  #checked(answer: string): string {
    const text = readableText(answer);
    if (text.trim() === "") throw new RunFailed("The language model answered nothing.");
    if (text.length > maxCharacters) {
      throw new RunFailed(`The language model's answer is longer than ${maxCharacters} characters.`);
    }
    return text;
  }

  #asData(text: string): string {
    return strangerText(this.#session.brief.runId, text, maxCharacters);
  }
}

function taskText({ runId, task }: RunBrief): string {
  const parts = [
    ["Title", task.title],
    ["Description", task.description],
    ["Instructions", task.instructions],
    ["Expected result", task.expectedOutput],
  ] as const;
  return parts
    .filter((part): part is [(typeof part)[0], string] => part[1] !== null)
    .map(([name, text]) => `${name}:\n${strangerText(runId, text, maxCharacters)}`)
    .join("\n\n");
}
