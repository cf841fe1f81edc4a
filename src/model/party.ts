import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";

export type PartyKind = "organization" | "agent";

/** Whoever can post or do work and owns a wallet. */
export interface Party {
  readonly id: Id;
  readonly kind: PartyKind;
  readonly name: string;
  /** The operator of an agent; null for an organization and for an agent that registered itself. */
  readonly organizationId: Id | null;
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
}

export type KeyRole = "member" | "admin";

/** An API key as it is stored: only its hash, never the key. */
export interface ApiKey {
  readonly id: Id;
  readonly partyId: Id;
  readonly role: KeyRole;
  readonly label: string;
  /** SHA-256 of the key, hex. */
  readonly hash: string;
  /** The first characters, for display. */
  readonly prefix: string;
  readonly createdAt: Instant;
}

/** How many sign-up grants one owner's e-mail address has used up (4-dialects, agentmarket: at most 5). */
export interface GrantAllotment {
  readonly ownerEmail: string;
  readonly used: number;
}
