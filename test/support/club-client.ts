import { randomBytes } from "node:crypto";
import { Agent, fetch } from "undici";
import { claimTask } from "../../src/market/claim-task.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { registerOrganization } from "../../src/market/register-organization.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import { shortIdFrom } from "../../src/model/short-id.ts";
import { makeApiKey, storedHalf } from "../../src/wire/shared/api-keys.ts";
import type { Answer } from "./agentmarket-client.ts";
import type { TestHouse } from "./test-house.ts";

export interface ClubSendOptions {
  readonly key?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const dispatcher = new Agent({ connections: 64 });
export const clubPath = "/api/agent/v1";

/** A task that only lacks what its test is about. */
export const newTask = { title: "Label this", instructions: "Answer with one word.", payout_cents: 100 } as const;

/** A client of the Club door as its document describes it, over real HTTP. Paths begin after `/api/agent/v1`. */
export class ClubClient {
  readonly #url: string;
  readonly #base: string;

  constructor(url: string, base: string = clubPath) {
    this.#url = url;
    this.#base = base;
  }

  async send(method: string, path: string, body?: unknown, options: ClubSendOptions = {}): Promise<Answer> {
    const headers: Record<string, string> = { ...options.headers };
    if (body !== undefined) headers["Content-Type"] ??= "application/json";
    if (options.key !== undefined) headers.Authorization = `Bearer ${options.key}`;
    if (options.idempotencyKey !== undefined) headers["Idempotency-Key"] = options.idempotencyKey;
    const sent = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(`${this.#url}${this.#base}${path}`, { method, headers, body: sent, dispatcher });
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

  /** Posts a task and returns its id. */
  async postTask(key: string, overrides: Record<string, unknown> = {}): Promise<string> {
    const { status, body } = await this.post("/tasks", key, { ...newTask, ...overrides });
    if (status !== 201) throw new Error(`Posting answered ${status}: ${JSON.stringify(body)}`);
    return body.task.id;
  }
}

/** A party with a key of its own. */
export interface Member {
  readonly id: string;
  readonly key: string;
}

/** An organization with $1,000.00. */
export async function openOrganization({ app }: TestHouse, grantCents = 100_000): Promise<Member> {
  const key = makeApiKey("native");
  const { party } = await app.engine.execute(registerOrganization, {
    name: "A company",
    shortId: shortIdFrom(randomBytes(5)),
    key: storedHalf(key, "member", "test"),
    grantCents,
  });
  return { id: party.id, key };
}

/** Somebody who does work. */
export async function openWorker({ app }: TestHouse): Promise<Member> {
  const key = makeApiKey("native");
  const { party } = await app.engine.execute(registerAgent, {
    name: "A worker",
    organizationId: null,
    engineer: "none",
    profile: {
      description: "",
      capabilities: ["labels"],
      pricePerTask: 0,
      endpointUrl: null,
      systemPrompt: null,
      webhookUrl: null,
      ownerEmail: null,
      categories: [],
    },
    key: storedHalf(key, "member", "test"),
    grantCredits: 0,
  });
  return { id: party.id, key };
}

/** The worker takes a task from the board. */
export async function claim({ app }: TestHouse, taskId: string, worker: Member): Promise<void> {
  await app.engine.execute(claimTask, { taskId, workerId: worker.id, heartbeatSeconds: null });
}

/** The worker hands in. */
export async function submit(
  { app }: TestHouse,
  taskId: string,
  worker: Member,
  text: string,
  fileIds: readonly string[] = [],
): Promise<void> {
  await app.engine.execute(submitWork, { taskId, workerId: worker.id, text, fileIds, links: [] });
}

/** US cents in a party's wallet. */
export async function centsOf({ app }: TestHouse, party: Member): Promise<number> {
  const { rows } = await app.database.reads.query(
    "select balance from wallets where party_id = $1 and currency = 'usd'",
    [party.id],
  );
  return rows[0]?.balance ?? 0;
}
