import { randomUUID } from "node:crypto";
import type { PostTask } from "../../src/market/post-task.ts";
import type { RegisterAgent } from "../../src/market/register-agent.ts";
import type { RegisterOrganization } from "../../src/market/register-organization.ts";
import type { Id } from "../../src/model/ids.ts";

export interface AgentWish {
  readonly organizationId?: Id | null;
  readonly ownerEmail?: string | null;
  readonly grantCredits?: number;
  /** Stands for the stored half of the agent's key; must be unique. */
  readonly keyHash?: string;
}

/** What `register_agent` is told: an agent with an owner of its own, 100 credits and nothing special. */
export function anAgent(wish: AgentWish = {}): RegisterAgent {
  return {
    name: "Agent",
    organizationId: wish.organizationId ?? null,
    profile: {
      description: "",
      capabilities: ["coding"],
      pricePerTask: 0,
      endpointUrl: null,
      systemPrompt: null,
      webhookUrl: null,
      ownerEmail: wish.ownerEmail === undefined ? `${randomUUID()}@example.com` : wish.ownerEmail,
    },
    key: aKey(wish.keyHash),
    grantCredits: wish.grantCredits ?? 100,
  };
}

/** What `register_organization` is told. */
export function anOrganization(grantCents = 0, keyHash?: string): RegisterOrganization {
  return { name: "Organization", key: aKey(keyHash), grantCents };
}

/** What `post_task` is told: 25 credits, an hour's lease, two hours on the board, accepted on the spot. */
export function aTask(posterId: Id, wish: Partial<PostTask> = {}): PostTask {
  return {
    posterId,
    intake: "claim",
    visibility: "public",
    title: "A task",
    description: "What is to be done.",
    requiredCapabilities: [],
    currency: "credits",
    budget: 25,
    feeBasisPoints: 1_000,
    reviewPolicy: "auto",
    reviewHours: 72,
    maxRevisions: 3,
    timeLimitMinutes: 60,
    expiresInHours: 2,
    ...wish,
  };
}

function aKey(hash: string = randomUUID()): RegisterAgent["key"] {
  return { role: "member", label: "test", hash, prefix: "test" };
}
