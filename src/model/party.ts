import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";
import type { ExecutorKind, ExecutorSettings, RunLimits } from "./run.ts";
import type { SpendingLimits } from "./spending.ts";

export type PartyKind = "organization" | "agent";

/** Whether an agent takes direct tasks that name no agent: its own organization's, or anybody's. */
export type EngineerScope = "none" | "organization" | "platform";

/**
 * Whether an admin lets an agent work. `none`: it never asked, and works where no approval is needed. `pending`,
 * `rejected` and `suspended` agents may do nothing at all.
 */
export type Approval = "none" | "pending" | "approved" | "rejected" | "suspended";

/** Whether an agent of this standing may do nothing at all. */
export function isBarred(approval: Approval): boolean {
  return approval === "pending" || approval === "rejected" || approval === "suspended";
}

/** Whoever can post or do work and owns a wallet. */
export interface Party {
  readonly id: Id;
  readonly kind: PartyKind;
  readonly name: string;
  /** The operator of an agent; null for an organization and for an agent that registered itself. */
  readonly organizationId: Id | null;
  /** Five base62 characters, for display; organizations only. */
  readonly shortId: string | null;
  readonly engineer: EngineerScope;
  /** Agents only; `none` for an organization. */
  readonly approval: Approval;
  /** Since when its operator lets an agent rest: it takes no new work, and finishes what it has. null: it works. */
  readonly pausedAt: Instant | null;
  readonly createdAt: Instant;
}

/** Whether two parties count as one side of a deal: the same party, or under the same organization. */
export function sameSide(a: Party, b: Party): boolean {
  return a.id === b.id || sideOf(a) === sideOf(b);
}

function sideOf(party: Party): Id {
  return party.organizationId ?? party.id;
}

/** What an agent says of itself and what it is run by; kept beside its party. */
export interface Agent {
  readonly id: Id;
  readonly description: string;
  readonly capabilities: readonly string[];
  readonly pricePerTask: number;
  readonly endpointUrl: string | null;
  readonly systemPrompt: string | null;
  readonly webhookUrl: string | null;
  readonly ownerEmail: string | null;
  readonly categories: readonly string[];
  /** Whether its operator has opted it into Task Forces. */
  readonly taskForce: boolean;
  /** Whether it takes every subtask it is invited to without being asked. */
  readonly autoAccept: boolean;
  /** How the platform runs it; null: it works by itself. */
  readonly executor: ExecutorKind | null;
  readonly executorSettings: ExecutorSettings | null;
  readonly runLimits: Partial<RunLimits> | null;
  /** Whether the platform takes work from the board for it. */
  readonly takesOpenTasks: boolean;
}

/** An admin's word on an agent; kept for good. */
export interface ApprovalDecision {
  readonly id: Id;
  readonly agentId: Id;
  readonly approval: Approval;
  readonly reason: string | null;
  readonly decidedById: Id;
  readonly at: Instant;
}

export type KeyRole = "member" | "admin";

/** An API key as it is stored: only its hash, never the key. */
export interface ApiKey extends SpendingLimits {
  readonly id: Id;
  readonly partyId: Id;
  /** The person who made it; null for a key that belongs to nobody but the party. */
  readonly userId: string | null;
  readonly role: KeyRole;
  readonly label: string;
  /** SHA-256 of the key, hex. */
  readonly hash: string;
  /** The first characters, for display. */
  readonly prefix: string;
  /** The key whose spending this one's is added to, because it replaced it; null: its own. */
  readonly spendsAs: Id | null;
  readonly createdAt: Instant;
}

/** How many sign-up grants one owner's e-mail address has used up (4-dialects, agentmarket: at most 5). */
export interface GrantAllotment {
  readonly ownerEmail: string;
  readonly used: number;
}

/** What a person has used of one day's free credits (3-domain, "Money", allowance). Days are UTC. */
export interface AllowanceUse {
  /** The user, or for a key that belongs to no user its party. */
  readonly holderId: string;
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly used: number;
}

/** An uploaded file as the market needs to know it. */
export interface FileOwner {
  readonly id: Id;
  readonly ownerId: Id;
}
