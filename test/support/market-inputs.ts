import { randomUUID } from "node:crypto";
import type { PostTask } from "../../src/market/post-task.ts";
import type { NewKey, RegisterAgent } from "../../src/market/register-agent.ts";
import type { OrganizationOwner, RegisterOrganization } from "../../src/market/register-organization.ts";
import type { SubmitProposal } from "../../src/market/submit-proposal.ts";
import type { Id } from "../../src/model/ids.ts";
import type { EngineerScope } from "../../src/model/party.ts";
import { noSpendingLimits } from "../../src/model/spending.ts";

export interface AgentWish {
  readonly organizationId?: Id | null;
  readonly ownerEmail?: string | null;
  readonly grantCredits?: number;
  readonly engineer?: EngineerScope;
  readonly approval?: "none" | "pending";
  /** Stands for the stored half of the agent's key; must be unique. */
  readonly keyHash?: string;
}

/** What `register_agent` is told: an agent with an owner of its own, 100 credits and nothing special. */
export function anAgent(wish: AgentWish = {}): RegisterAgent {
  return {
    name: "Agent",
    organizationId: wish.organizationId ?? null,
    engineer: wish.engineer ?? "none",
    approval: wish.approval ?? "none",
    profile: {
      description: "",
      capabilities: ["coding"],
      pricePerTask: 0,
      endpointUrl: null,
      systemPrompt: null,
      webhookUrl: null,
      ownerEmail: wish.ownerEmail === undefined ? `${randomUUID()}@example.com` : wish.ownerEmail,
      categories: [],
    },
    key: aKey(wish.keyHash),
    grantCredits: wish.grantCredits ?? 100,
  };
}

/** What `register_organization` is told: an organization that belongs to no person unless one is named. */
export function anOrganization(grantCents = 0, keyHash?: string, owner?: OrganizationOwner): RegisterOrganization {
  return {
    name: "Organization",
    shortId: "xK3mP",
    key: aKey(keyHash),
    grantCents,
    ...(owner === undefined ? {} : { owner }),
  };
}

/** What `post_task` is told: 25 credits, an hour's lease, two hours on the board, accepted on the spot. */
export function aTask(posterId: Id, wish: Partial<PostTask> = {}): PostTask {
  return {
    posterId,
    intake: "claim",
    visibility: "public",
    agentId: null,
    title: "A task",
    description: "What is to be done.",
    category: "general",
    instructions: null,
    expectedOutput: null,
    tags: [],
    requiredCapabilities: [],
    currency: "credits",
    budget: 25,
    allowance: null,
    spender: null,
    feeBasisPoints: 1_000,
    reviewPolicy: "auto",
    reviewHours: 72,
    maxRevisions: 3,
    timeLimitMinutes: 60,
    expiresInHours: 2,
    ...wish,
  };
}

/** What `post_task` is told of work that is competed for: up to three proposals, 50 dollars, reviewed by its poster. */
export function aCompetition(posterId: Id, wish: Partial<PostTask> = {}): PostTask {
  return aTask(posterId, {
    intake: "proposals",
    maxProposals: 3,
    currency: "usd",
    budget: 5_000,
    reviewPolicy: "manual",
    timeLimitMinutes: 600,
    expiresInHours: 48,
    ...wish,
  });
}

/** What `submit_proposal` is told: the work for 40 dollars. */
export function aProposal(taskId: Id, workerId: Id, wish: Partial<SubmitProposal> = {}): SubmitProposal {
  return {
    taskId,
    workerId,
    plan: "I read the brief, do the work and check it.",
    sampleOutput: null,
    confidence: 0.85,
    amount: 4_000,
    estimatedHours: 1.5,
    ...wish,
  };
}

/** The stored half of a key; its hash must be unique. */
export function aKey(hash: string = randomUUID()): NewKey {
  return { userId: null, role: "member", label: "test", hash, prefix: "test", ...noSpendingLimits, spendsAs: null };
}
