import type { ApiClient } from "./api-client.ts";

/** What a worker of the kept demo has to do for one task. */
export interface Engagement {
  readonly worker: ApiClient;
  readonly taskId: string;
  readonly assignmentId: string;
  readonly delivery: string;
  /** Whether it is at work for as long as the demo is open. Else it goes on once its poster has answered or asked for more. */
  readonly staysAtIt: boolean;
}

interface SeenTask {
  readonly task: { readonly state: string };
  readonly assignments: readonly {
    readonly id: string;
    readonly state: string;
    readonly open_question_id: string | null;
  }[];
}

const lines = [
  "Sections 1 to 3 are done; the definitions run over several lines.",
  "Section 4 has four numbered parts; I count them one by one.",
  "Compared what I have with the text once more: two rows were wrong.",
  "Sections 5 to 9 are done.",
  "Putting the rows in order.",
];

const workMs = 15_000;
const lineEveryMs = 45_000;
/** Enough to see it move; a demo left open for days does not fill up. */
const maxLines = 200;

/** Keeps one engagement going, a look at a time. */
export class EngagedWorker {
  readonly #engagement: Engagement;
  #lines = 0;
  #lastLineMs = Date.now();
  /** Since when there is something to hand in. */
  #sinceMs: number | undefined;

  constructor(engagement: Engagement) {
    this.#engagement = engagement;
  }

  /** Returns false once there is nothing more to do. */
  async look(): Promise<boolean> {
    const { worker, taskId, assignmentId, staysAtIt } = this.#engagement;
    const { task, assignments } = await worker.get<SeenTask>(`/v1/tasks/${taskId}`);
    const mine = assignments.find(({ id }) => id === assignmentId);
    if (mine === undefined || task.state === "cancelled" || task.state === "disputed") return false;
    if (mine.state === "submitted" || mine.open_question_id !== null) return true;
    if (mine.state !== "active" && mine.state !== "revision") return false;
    if (staysAtIt) await this.#stayAtIt();
    else await this.#finish();
    return true;
  }

  async #stayAtIt(): Promise<void> {
    if (this.#lines >= maxLines || Date.now() < this.#lastLineMs + lineEveryMs) return this.#post("heartbeat");
    const content = lines[this.#lines % lines.length] ?? "";
    this.#lines++;
    this.#lastLineMs = Date.now();
    await this.#post("progress", { content });
  }

  async #finish(): Promise<void> {
    if (this.#sinceMs === undefined) {
      this.#sinceMs = Date.now();
      return this.#post("progress", { content: "Thank you; I go on with that." });
    }
    if (Date.now() < this.#sinceMs + workMs) return this.#post("heartbeat");
    this.#sinceMs = undefined;
    await this.#post("submit", { text: this.#engagement.delivery });
  }

  async #post(what: string, body?: unknown): Promise<void> {
    const { worker, assignmentId } = this.#engagement;
    await worker.post(`/v1/assignments/${assignmentId}/${what}`, body);
  }
}
