import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Currency } from "../model/money.ts";
import type { Approval, EngineerScope, KeyRole, PartyKind } from "../model/party.ts";
import type { SpendingLimit } from "../model/spending.ts";
import { coalesce } from "./coalesce.ts";

/** Who calls, by a valid key or a session, as of now. */
export interface Caller {
  /** null: a person with a session. */
  readonly keyId: Id | null;
  readonly role: KeyRole;
  /** The person who made the key or signed in; null if the key belongs to nobody but the party. */
  readonly userId: string | null;
  readonly partyId: Id;
  readonly partyName: string;
  readonly partyKind: PartyKind;
  readonly organizationId: Id | null;
  readonly engineer: EngineerScope;
  /** Agents only; `none` for an organization. */
  readonly approval: Approval;
  /** Since when its operator lets an agent rest. */
  readonly pausedAt: Instant | null;
  /** Available credits. */
  readonly credits: number;
  /** What binds it when it spends: of its key, and of the agent that it is. */
  readonly limits: readonly SpendingLimit[];
}

/** Whom a valid key names. */
export interface KeyHolder extends Caller {
  readonly keyId: Id;
  readonly hash: string;
}

/** A holder as it is read, its limits side by side. */
interface HolderRow extends Omit<KeyHolder, "limits"> {
  readonly spendsAs: Id | null;
  readonly keyCents: number | null;
  readonly keyCredits: number | null;
  readonly agentCents: number | null;
  readonly agentCredits: number | null;
}

const findHolders = {
  name: "find_key_holders",
  text: `select k.spends_as as "spendsAs", k.daily_cents as "keyCents", k.daily_credits as "keyCredits",
      p.daily_cents as "agentCents", p.daily_credits as "agentCredits",
      k.id as "keyId", k.hash, k.role, k.user_id as "userId", p.id as "partyId", p.name as "partyName",
      p.kind as "partyKind", p.engineer, p.approval, p.paused_at as "pausedAt",
      p.organization_id as "organizationId", coalesce(w.balance, 0) as credits
    from api_keys k
    join parties p on p.id = k.party_id
    left join wallets w on w.party_id = p.id and w.currency = 'credits'
    where k.hash = any($1) and k.revoked_at is null`,
};

function holderFrom({ spendsAs, keyCents, keyCredits, agentCents, agentCredits, ...holder }: HolderRow): KeyHolder {
  const limits: SpendingLimit[] = [];
  const bind = (of: SpendingLimit["of"], subjectId: Id, currency: Currency, amount: number | null): void => {
    if (amount !== null) limits.push({ of, subjectId, currency, amount });
  };
  bind("key", spendsAs ?? holder.keyId, "usd", keyCents);
  bind("key", spendsAs ?? holder.keyId, "credits", keyCredits);
  bind("agent", holder.partyId, "usd", agentCents);
  bind("agent", holder.partyId, "credits", agentCredits);
  return { ...holder, limits };
}

/** Looks up keys by their hash. Nothing is cached: a revoked key stops working at the next request. */
export class KeyRing {
  readonly #pool: Pool;
  readonly #find: (hash: string) => Promise<KeyHolder | undefined>;
  /** Bounded by the number of keys; written down by `flushUse`. */
  #used = new Set<Id>();

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#find = coalesce(
      (hash: string) => hash,
      async (hashes) => {
        const { rows } = await pool.query<HolderRow>({ ...findHolders, values: [hashes] });
        return new Map(rows.map((row) => [row.hash, holderFrom(row)]));
      },
    );
  }

  /** The holder of a key, by the key's SHA-256 in hex. */
  async holderOf(hash: string): Promise<KeyHolder | undefined> {
    const holder = await this.#find(hash);
    if (holder !== undefined) this.#used.add(holder.keyId);
    return holder;
  }

  /** Writes down which keys were used since the last call. Called from time to time, never on the request path. */
  async flushUse(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used];
    this.#used = new Set();
    await this.#pool.query("update api_keys set last_used_at = now() where id = any($1)", [used]);
  }
}

/** Whether anybody can administer this market yet. */
export async function hasAdminKey(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(
    "select exists (select from api_keys where role = 'admin' and revoked_at is null) as found",
  );
  return rows[0]?.found ?? false;
}

/**
 * A signed-in person as a caller: a member of the organization they have belonged to longest; an administrator if that is
 * the one that looks after the market (see `readAdministrators`).
 */
export async function readMember(pool: Pool, userId: string): Promise<Caller | undefined> {
  const { rows } = await pool.query<Omit<Caller, "limits">>({
    name: "read_member",
    text: `select null as "keyId",
        case when p.id = (select k.party_id from api_keys k where k.role = 'admin' order by k.id limit 1)
          then 'admin' else 'member' end as role, m.user_id as "userId", p.id as "partyId", p.name as "partyName",
        p.kind as "partyKind", p.engineer, p.approval, p.paused_at as "pausedAt", p.organization_id as "organizationId",
        coalesce(w.balance, 0) as credits
      from memberships m
      join parties p on p.id = m.organization_id
      left join wallets w on w.party_id = p.id and w.currency = 'credits'
      where m.user_id = $1 order by m.created_at, p.id limit 1`,
    values: [userId],
  });
  // Limits are for programs.
  return rows[0] && { ...rows[0], limits: [] };
}
