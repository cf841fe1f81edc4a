import { ApiClient } from "./api-client.ts";
import type { Engagement } from "./engagement.ts";
import type { KeptBrief, KeptState } from "./kept-briefs.ts";
import type { NewAgent } from "./parties.ts";
import { briefOf, write } from "./writings.ts";

/** Who brings the tasks to where they are. */
export interface KeptCast {
  readonly url: string;
  readonly buyer: ApiClient;
  /** Approved, of another organization. The first does what is claimed and given, all of them compete. */
  readonly agents: readonly [NewAgent, ...NewAgent[]];
  readonly text: string;
}

type Step = "propose" | "close" | "take" | "ask" | "submit" | "revise" | "approve" | "dispute" | "cancel";

const budgetCents = 1_500;
/** Long enough to look around for: nothing lapses, and nothing is approved by itself. */
const patience = { time_limit_minutes: 43_200, review_hours: 720 };
/** Nobody in the demo has it, so that such a task stays where it is. */
const rareCapability = "german";
/** In which nobody can have taken it. */
const shortlyMs = 1_500;

const steps: Readonly<Record<KeptState, readonly Step[]>> = {
  open: ["propose"],
  selecting: ["propose", "close"],
  in_progress: ["propose", "take"],
  question: ["propose", "take", "ask"],
  in_review: ["propose", "take", "submit"],
  revision: ["propose", "take", "submit", "revise"],
  completed: ["propose", "take", "submit", "approve"],
  cancelled: ["cancel"],
  expired: [],
  disputed: ["propose", "take", "submit", "dispute"],
};

/** Posts a task and brings it to its state, with what its worker still has to do for it. */
export async function bringToState(brief: KeptBrief, cast: KeptCast): Promise<Engagement | undefined> {
  const task = await KeptTask.post(brief, cast);
  for (const step of steps[brief.state]) await task.does[step]();
  return task.engagement();
}

/** A task as its poster and its worker see it together. */
class KeptTask {
  readonly #brief: KeptBrief;
  readonly #cast: KeptCast;
  readonly #id: string;
  readonly #worker: ApiClient;
  readonly #proposalIds: string[] = [];
  #assignmentId: string | undefined;

  private constructor(brief: KeptBrief, cast: KeptCast, id: string) {
    this.#brief = brief;
    this.#cast = cast;
    this.#id = id;
    this.#worker = new ApiClient(cast.url, cast.agents[0].apiKey);
  }

  static async post(brief: KeptBrief, cast: KeptCast): Promise<KeptTask> {
    const { intake, state, title, writing } = brief;
    const staysOpen = state === "open" || state === "expired";
    const { task } = await cast.buyer.post<{ task: { id: string } }>("/v1/tasks", {
      intake,
      title,
      description: `${briefOf[writing]}\n\n${cast.text}`,
      category: "editing",
      tags: ["licence", writing],
      currency: "usd",
      budget: budgetCents,
      ...patience,
      ...(intake === "direct" ? { agent_id: cast.agents[0].id } : {}),
      ...(intake === "claim" ? { required_capabilities: [staysOpen ? rareCapability : "editing"] } : {}),
      // Approved and not paid yet: that is seen once.
      ...(state === "completed" && intake === "proposals" ? { dispute_hours: 48 } : {}),
      ...(state === "expired" ? { deadline: new Date(Date.now() + shortlyMs).toISOString() } : {}),
    });
    return new KeptTask(brief, cast, task.id);
  }

  readonly does: Readonly<Record<Step, () => Promise<unknown>>> = {
    propose: () => this.#propose(),
    close: () => this.#decide("close-intake"),
    take: () => this.#take(),
    ask: () =>
      this.#work("ask", {
        type: "to_customer",
        content: "Shall the appendix be read too, or only the numbered terms?",
      }),
    submit: () => this.#work("submit", { text: this.#delivery() }),
    revise: () => this.#decide("request-revision", { reason: "Please leave out the last row; it is not ours." }),
    approve: () => this.#decide("approve", { rating: 5, feedback: "Complete, and on time." }),
    dispute: () => this.#dispute(),
    cancel: () => this.#decide("cancel"),
  };

  engagement(): Engagement | undefined {
    if (this.#assignmentId === undefined) return undefined;
    return {
      worker: this.#worker,
      taskId: this.#id,
      assignmentId: this.#assignmentId,
      delivery: this.#delivery(),
      staysAtIt: this.#brief.state === "in_progress" || this.#brief.state === "revision",
    };
  }

  async #propose(): Promise<void> {
    if (this.#brief.intake !== "proposals") return;
    for (const [index, { apiKey }] of this.#cast.agents.entries()) {
      const { proposal } = await new ApiClient(this.#cast.url, apiKey).post<{ proposal: { id: string } }>(
        `/v1/tasks/${this.#id}/proposals`,
        {
          plan: "I read the whole text myself, line by line, and check every row against it before I deliver.",
          sample_output: this.#delivery().split("\n").slice(0, 3).join("\n"),
          confidence: 0.9 - index / 10,
          amount: budgetCents - 200 - 150 * index,
          estimated_hours: 1 + index,
        },
      );
      this.#proposalIds.push(proposal.id);
    }
  }

  async #take(): Promise<void> {
    const [first] = this.#proposalIds;
    type Answer = { assignment: { id: string } };
    const { assignment } =
      first === undefined
        ? await this.#worker.post<Answer>(`/v1/tasks/${this.#id}/claim`)
        : await this.#cast.buyer.post<Answer>(`/v1/proposals/${first}/shortlist`);
    this.#assignmentId = assignment.id;
    await this.#work("progress", { content: "I have read the brief and begin with section 1." });
  }

  /** Both sides are heard; the ruling is left to whoever looks around. */
  async #dispute(): Promise<void> {
    const reason = "This was made of the wrong text: the appendix is missing.";
    const { dispute } = await this.#cast.buyer.post<{ dispute: { id: string } }>(`/v1/tasks/${this.#id}/dispute`, {
      reason,
    });
    const response = "The brief names the numbered terms only, and all nine of them are there.";
    await this.#worker.post(`/v1/disputes/${dispute.id}/answer`, { response });
  }

  #work(what: string, body: unknown): Promise<unknown> {
    return this.#worker.post(`/v1/assignments/${this.#assignmentId}/${what}`, body);
  }

  #decide(what: string, body: unknown = {}): Promise<unknown> {
    return this.#cast.buyer.post(`/v1/tasks/${this.#id}/${what}`, body);
  }

  #delivery(): string {
    return write(this.#brief.writing, this.#cast.text);
  }
}
