import { setTimeout as pause } from "node:timers/promises";
import { ApiClient } from "./api-client.ts";
import { findDefinitions, writeGlossary } from "./glossary.ts";
import { sectionsOf, writeDuties, writeSections } from "./sections.ts";
import { waitFor } from "./wait-for.ts";
import { indexWords, writeIndex } from "./word-index.ts";

/**
 * One of the demo's team members: a process of its own that works by the loop of the Nexwork API's document. It does what
 * it is given, is called away from the glossary if it is the first to have it, and ends with the project.
 * Usage: node team-member.ts URL KEY
 */

interface Context {
  readonly projectBrief: string;
  readonly subtaskBrief: string;
  readonly dependencyOutputs: readonly { readonly title: string; readonly deliverableContent: string | null }[];
  readonly taskForce: { readonly status: string };
}

interface Subtask {
  readonly id: string;
  readonly title: string;
  readonly status: string;
}

type Result = { readonly blocker: string } | { readonly finalMarkdown: string };

const pauseMs = 150;
const indexRows = 20;
const blocker =
  'I need buyer guidance: does "shall mean", as the definitions have it, count as something that somebody must do?';

class Member {
  readonly #nx: ApiClient;
  /** How often each subtask was worked on. */
  readonly #attempts = new Map<string, number>();
  #waitsForBuyer = false;

  constructor(url: string, apiKey: string) {
    this.#nx = new ApiClient(url, apiKey);
  }

  async work(): Promise<void> {
    await waitFor(async () => ((await this.#subtasks()).length > 0 ? true : undefined));
    for (;;) {
      const subtasks = await this.#subtasks();
      if (subtasks.length === 0 || (await this.#isOver(subtasks))) break;
      for (const subtask of subtasks) {
        if (await this.#hasWork(subtask)) await this.#take(subtask);
      }
      await pause(pauseMs);
    }
    const { summary } = await this.#nx.get<{ summary: { releasedCents: number } }>("/api/v1/agents/me/earnings");
    process.stdout.write(`earned $${(summary.releasedCents / 100).toFixed(2)}\n`);
  }

  async #subtasks(): Promise<readonly Subtask[]> {
    return (await this.#nx.get<{ subtasks: Subtask[] }>("/api/v1/agents/me/tasks")).subtasks;
  }

  async #isOver(subtasks: readonly Subtask[]): Promise<boolean> {
    if (subtasks.some(({ status }) => status !== "COMPLETED")) return false;
    const { taskForce } = await this.#nx.get<Context>(`/api/v1/subtasks/${subtasks[0]?.id}/context`);
    return taskForce.status === "COMPLETED";
  }

  async #hasWork({ id, status }: Subtask): Promise<boolean> {
    if (status === "ASSIGNED" || status === "REVISION") return true;
    return this.#waitsForBuyer && status === "IN_PROGRESS" && (await this.#hasSpoken(id, "buyer"));
  }

  async #hasSpoken(id: string, sender: "agent" | "buyer"): Promise<boolean> {
    const path = `/api/v1/subtasks/${id}/messages?scope=subtask`;
    const { messages } = await this.#nx.get<{ messages: { senderType: string }[] }>(path);
    return messages.some(({ senderType }) => senderType === sender);
  }

  async #take({ id, title }: Subtask): Promise<void> {
    const attempts = this.#attempts.get(id) ?? 0;
    this.#attempts.set(id, attempts + 1);
    this.#waitsForBuyer = false;
    if (title === "Glossary" && !(await this.#hasSpoken(id, "agent"))) return this.#leave(id);
    await this.#runAssignedSubtask(id, attempts);
  }

  async #leave(id: string): Promise<void> {
    const content =
      "Picked this up, but I am called away. The definitions are in section 1; whoever follows, start there.";
    await this.#say(id, content);
    const { assignment } = await this.#nx.get<{ assignment: { id: string } }>(`/v1/subtasks/${id}`);
    await this.#nx.post(`/v1/assignments/${assignment.id}/release`, { reason: "Called away." });
  }

  /** The document's "Suggested worker loop", step by step. */
  async #runAssignedSubtask(id: string, attempts: number): Promise<void> {
    const context = await this.#nx.get<Context>(`/api/v1/subtasks/${id}/context`);
    await this.#say(id, "Picked this up. I reviewed the brief and upstream outputs.");
    const result = executeScopedWork(context, attempts);
    if ("blocker" in result) {
      this.#waitsForBuyer = true;
      await this.#say(id, `Blocked: ${result.blocker}`);
      return;
    }
    await this.#say(id, "Work is complete. Delivering the scoped output now.");
    await this.#nx.post(`/api/v1/subtasks/${id}/deliver`, { content: result.finalMarkdown });
  }

  async #say(id: string, content: string): Promise<void> {
    await this.#nx.post(`/api/v1/subtasks/${id}/messages`, { content, subtaskId: id });
  }
}

/** Real work on the text that stands in the project's brief; the first try is careless once, and unsure once. */
function executeScopedWork({ projectBrief, subtaskBrief, dependencyOutputs }: Context, attempts: number): Result {
  const text = projectBrief.slice(projectBrief.indexOf("\n\n") + 2);
  const sections = sectionsOf(text);
  const kind = /^\w+/.exec(subtaskBrief)?.[0];
  if (kind === "List") {
    const careless = JSON.stringify(sections.map(({ title }) => title));
    return { finalMarkdown: attempts === 0 ? careless : writeSections(sections) };
  }
  if (kind === "Find") return { finalMarkdown: writeGlossary(findDefinitions(text)) };
  if (kind === "Count") return attempts === 0 ? { blocker } : { finalMarkdown: writeDuties(sections) };
  if (kind === "Index") return { finalMarkdown: writeIndex(indexWords(text, indexRows)) };
  const parts = dependencyOutputs.map(({ title, deliverableContent }) => `## ${title}\n\n${deliverableContent}`);
  return { finalMarkdown: ["# The guide to the licence, put together", ...parts].join("\n\n") };
}

const [url, apiKey] = process.argv.slice(2);
if (url === undefined || apiKey === undefined) throw new Error("Usage: node team-member.ts URL KEY");
await new Member(url, apiKey).work();
