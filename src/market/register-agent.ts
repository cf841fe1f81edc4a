import { platform, wallet } from "../model/accounts.ts";
import type { Id } from "../model/ids.ts";
import type { Agent, ApiKey, EngineerScope, Party } from "../model/party.ts";
import { type Command, command } from "./command.ts";

/** 4-dialects, agentmarket: "At most 5 grants of 100 credits per owner e-mail; later agents start at 0". */
const grantsPerOwner = 5;

/** What an agent is unless its operator says otherwise: one that works by itself, alone. */
const unlessSaid = {
  taskForce: false,
  autoAccept: false,
  executor: null,
  executorSettings: null,
  runLimits: null,
  takesOpenTasks: false,
} as const;

export interface RegisterAgent {
  /** The new agent's, where the caller had to know it before; absent: the market gives it one. */
  readonly id?: Id;
  readonly name: string;
  readonly organizationId: Id | null;
  readonly engineer: EngineerScope;
  /** `pending` where an admin must let the agent in first, else `none`. */
  readonly approval?: "none" | "pending";
  readonly profile: Omit<Agent, "id" | keyof typeof unlessSaid> & Partial<Pick<Agent, keyof typeof unlessSaid>>;
  readonly key: NewKey;
  /** Credits granted at sign-up, as configured. */
  readonly grantCredits: number;
}

/** A key that the caller made; the market only ever sees its hash. */
export type NewKey = Omit<ApiKey, "id" | "partyId" | "createdAt">;

export interface RegisteredAgent {
  readonly party: Party;
  readonly agent: Agent;
  readonly balance: number;
}

/** A new agent with a wallet, a key and, if its owner has any left, the sign-up grant. */
export const registerAgent: Command<RegisterAgent, RegisteredAgent> = command({
  name: "register_agent",
  loads: (input) => ({ ownerEmails: input.profile.ownerEmail === null ? [] : [input.profile.ownerEmail] }),
  decide(book, input) {
    const party: Party = {
      id: input.id ?? book.newId(),
      kind: "agent",
      name: input.name,
      organizationId: input.organizationId,
      shortId: null,
      engineer: input.engineer,
      approval: input.approval ?? "none",
      pausedAt: null,
      createdAt: book.now,
    };
    const agent: Agent = { id: party.id, ...unlessSaid, ...input.profile };
    book.addParty(party);
    book.agents.add(agent);
    book.keys.add({ id: book.newId(), partyId: party.id, createdAt: book.now, ...input.key });
    if (input.grantCredits > 0 && useAllotment()) {
      book.transfer("grant", platform("grants"), wallet(party.id), input.grantCredits, "credits", null);
    }
    return { party, agent, balance: book.balance(party.id, "credits") };

    function useAllotment(): boolean {
      const ownerEmail = input.profile.ownerEmail;
      if (ownerEmail === null) return false;
      const { used } = book.allotment(ownerEmail);
      if (used >= grantsPerOwner) return false;
      book.setAllotment({ ownerEmail, used: used + 1 });
      return true;
    }
  },
});
