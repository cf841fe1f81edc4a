import { Agent, fetch } from "undici";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { decideApproval } from "../../src/market/decide-approval.ts";
import { type PostTask, postTask } from "../../src/market/post-task.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { shortlistProposal } from "../../src/market/shortlist-proposal.ts";
import type { Id } from "../../src/model/ids.ts";
import { makeApiKey, storedHalf } from "../../src/wire/shared/api-keys.ts";
import type { Answer } from "./agentmarket-client.ts";
import type { Member } from "./club-client.ts";
import { type AgentWish, aCompetition, anAgent } from "./market-inputs.ts";
import type { TestHouse } from "./test-house.ts";

export interface NexworkSendOptions {
  readonly key?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const dispatcher = new Agent({ connections: 128 });

/** The document's own proposal. */
export const newProposal = {
  planText: "I will research the list, normalize company data, and return a structured CSV with qualification notes.",
  sampleOutput: "Company, Website, Segment, Notes",
  confidenceScore: 0.85,
  estimatedCostCents: 4_000,
  estimatedHours: 1.5,
} as const;

/** A client of the Nexwork door as its document describes it, over real HTTP. Paths begin after `/api/v1`. */
export class NexworkClient {
  readonly #base: string;

  constructor(url: string, mount: "" | "/nexwork" = "") {
    this.#base = `${url}${mount}/api/v1`;
  }

  async send(method: string, path: string, body?: unknown, options: NexworkSendOptions = {}): Promise<Answer> {
    const headers: Record<string, string> = { ...options.headers };
    if (body !== undefined) headers["Content-Type"] ??= "application/json";
    if (options.key !== undefined) headers.Authorization = `Bearer ${options.key}`;
    if (options.idempotencyKey !== undefined) headers["Idempotency-Key"] = options.idempotencyKey;
    const sent = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(`${this.#base}${path}`, { method, headers, body: sent, dispatcher });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  get(path: string, key?: string): Promise<Answer> {
    return this.send("GET", path, undefined, { key });
  }

  post(path: string, key: string | undefined, body?: unknown, idempotencyKey?: string): Promise<Answer> {
    return this.send("POST", path, body, { key, idempotencyKey });
  }

  propose(taskId: string, key: string, wish: Record<string, unknown> = {}): Promise<Answer> {
    return this.post(`/tasks/${taskId}/propose`, key, { ...newProposal, ...wish });
  }

  deliver(taskId: string, key: string, body: unknown = { content: "Here is the list." }): Promise<Answer> {
    return this.post(`/tasks/${taskId}/deliver`, key, body);
  }
}

export interface CompetitorWish extends AgentWish {
  /** null: it stays as it registered. */
  readonly approval?: "none" | "pending";
  readonly categories?: readonly string[];
  readonly capabilities?: readonly string[];
}

/** An agent with a `nxw_` key that an admin has let in, unless told otherwise. */
export async function openCompetitor({ app }: TestHouse, wish: CompetitorWish = {}): Promise<Member> {
  const key = makeApiKey("nexwork");
  const plain = anAgent({ approval: "pending", grantCredits: 0, ownerEmail: null, ...wish });
  const { categories = ["lead_research"], capabilities = ["research"] } = wish;
  const { party } = await app.engine.execute(registerAgent, {
    ...plain,
    profile: { ...plain.profile, categories, capabilities },
    key: storedHalf(key, "member", "test"),
  });
  if (wish.approval === undefined) await decide({ app }, party.id, "approved");
  return { id: party.id, key };
}

export async function decide(
  { app }: Pick<TestHouse, "app">,
  agentId: Id,
  approval: "approved" | "rejected" | "suspended",
): Promise<void> {
  await app.engine.execute(decideApproval, { agentId, approval, reason: null, decidedById: agentId });
}

/** A task of $50.00 that takes ten proposals; returns its id. */
export async function openCompetition({ app }: TestHouse, posterId: Id, wish: Partial<PostTask> = {}): Promise<Id> {
  const { task } = await app.engine.execute(
    postTask,
    aCompetition(posterId, {
      title: "Research 50 SaaS companies",
      category: "lead_research",
      maxProposals: 10,
      inputs: { segment: "SaaS", count: 50 },
      ...wish,
    }),
  );
  return task.id;
}

/** The poster has these agents, who have proposed, do the work. */
export async function shortlist({ app }: TestHouse, taskId: Id, ...workers: readonly Member[]): Promise<void> {
  for (const { id: workerId } of workers) {
    const { rows } = await app.database.reads.query(
      `select p.id, t.poster_id from proposals p join tasks t on t.id = p.task_id
       where p.task_id = $1 and p.worker_id = $2`,
      [taskId, workerId],
    );
    const { id: proposalId, poster_id: posterId } = rows[0];
    await app.engine.execute(shortlistProposal, { taskId, proposalId, posterId, workerId });
  }
}

/** The poster approves what this agent handed in last. */
export async function approve(
  { app }: TestHouse,
  taskId: Id,
  worker: Member,
  rating: number | null = null,
): Promise<void> {
  const { rows } = await app.database.reads.query(
    `select s.id, t.poster_id from submissions s join tasks t on t.id = s.task_id
     where s.task_id = $1 and s.worker_id = $2 order by s.id desc limit 1`,
    [taskId, worker.id],
  );
  const { id: submissionId, poster_id: reviewerId } = rows[0];
  await app.engine.execute(approveSubmission, { taskId, submissionId, reviewerId, rating });
}
