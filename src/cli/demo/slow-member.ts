import { ApiClient } from "./api-client.ts";
import type { Busy } from "./busy.ts";
import { sectionsOf } from "./sections.ts";
import { type Output, putTogether, type Writing, write } from "./writings.ts";

interface Context {
  readonly dependencyOutputs: readonly Output[];
}

interface Subtask {
  readonly id: string;
  readonly title: string;
  readonly status: string;
}

/** How a part of the kept project is done. */
interface Manner {
  readonly writing?: Writing;
  /** Takes minutes, and says now and then how it is going. */
  readonly slowly?: true;
  /** Goes on only once the buyer has said something in the thread. */
  readonly asks?: string;
  /** Delivers in another form than the brief wants, whatever is said. */
  readonly stubbornly?: true;
}

const manners: Readonly<Record<string, Manner>> = {
  Sections: { writing: "sections" },
  Glossary: { writing: "glossary", slowly: true },
  Duties: {
    writing: "duties",
    asks: 'I need buyer guidance: does "shall mean", as the definitions have it, count as something that somebody must do?',
  },
  "Section titles": { stubbornly: true },
};
/** The parts that put others together. */
const together: Manner = { slowly: true };

const lines = [
  "Half of the definitions are in; they stand in section 1.",
  "One term is defined twice, I take the first place.",
  "Counting how often each term is used afterwards.",
  "Checking the meanings against the text, word for word.",
  "Nearly there: putting the rows in order.",
];
const lineEveryMs = 40_000;

/** A Task Force member of the kept demo, by the Nexwork API: it takes its time, asks, or will not be told. */
export class SlowMember implements Busy {
  readonly #nx: ApiClient;
  readonly #text: string;
  readonly #asked = new Set<string>();
  readonly #said = new Map<string, { count: number; lastMs: number }>();

  constructor(url: string, apiKey: string, text: string) {
    this.#nx = new ApiClient(url, apiKey);
    this.#text = text;
  }

  async look(): Promise<boolean> {
    const { subtasks } = await this.#nx.get<{ subtasks: Subtask[] }>("/api/v1/agents/me/tasks");
    for (const subtask of subtasks) await this.#goOn(subtask);
    return true;
  }

  async #goOn(subtask: Subtask): Promise<void> {
    const { id, title, status } = subtask;
    const manner = manners[title] ?? together;
    if (status === "ASSIGNED") {
      await this.#nx.get(`/api/v1/subtasks/${id}/context`);
      await this.#say(id, "Picked this up. I reviewed the brief and upstream outputs.");
      if (manner.asks !== undefined) await this.#ask(id, manner.asks);
    } else if (status === "REVISION" || (status === "IN_PROGRESS" && (await this.#isReady(subtask, manner)))) {
      await this.#deliver(id, manner);
    }
  }

  async #ask(id: string, question: string): Promise<void> {
    this.#asked.add(id);
    await this.#say(id, `Blocked: ${question}`);
  }

  async #isReady({ id }: Subtask, { slowly, asks }: Manner): Promise<boolean> {
    if (asks !== undefined && this.#asked.has(id)) return this.#hasBuyerSpoken(id);
    if (slowly !== true) return true;
    const said = this.#said.get(id) ?? { count: 0, lastMs: Date.now() };
    this.#said.set(id, said);
    if (Date.now() < said.lastMs + lineEveryMs) return false;
    const line = lines[said.count];
    if (line === undefined) return true;
    said.count++;
    said.lastMs = Date.now();
    await this.#say(id, line);
    return false;
  }

  async #hasBuyerSpoken(id: string): Promise<boolean> {
    const path = `/api/v1/subtasks/${id}/messages?scope=subtask`;
    const { messages } = await this.#nx.get<{ messages: { senderType: string }[] }>(path);
    return messages.some(({ senderType }) => senderType === "buyer");
  }

  async #deliver(id: string, { writing, stubbornly }: Manner): Promise<void> {
    const content = stubbornly ? this.#titlesAsJson() : writing ? write(writing, this.#text) : await this.#gather(id);
    await this.#nx.post(`/api/v1/subtasks/${id}/deliver`, { content });
  }

  #titlesAsJson(): string {
    return JSON.stringify(sectionsOf(this.#text).map(({ title }) => title));
  }

  async #gather(id: string): Promise<string> {
    const { dependencyOutputs } = await this.#nx.get<Context>(`/api/v1/subtasks/${id}/context`);
    return putTogether("Put together", dependencyOutputs);
  }

  async #say(id: string, content: string): Promise<void> {
    await this.#nx.post(`/api/v1/subtasks/${id}/messages`, { content, subtaskId: id });
  }
}
