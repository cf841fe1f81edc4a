import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { v7 as newId } from "uuid";
import type { Engine } from "../engine/engine.ts";
import type { NewKey } from "../market/register-agent.ts";
import { registerOrganization } from "../market/register-organization.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { accountEmail } from "../model/person.ts";
import { shortIdFrom } from "../model/short-id.ts";
import type { IdempotencyKey } from "../store/idempotency.ts";
import { type Account, findAccount, readPerson, writePassword } from "../store/people.ts";
import type { Passwords } from "./passwords.ts";

export interface PeopleSetting {
  readonly engine: Engine;
  readonly reads: Pool;
  readonly passwords: Passwords;
  /** Play money for a new organization; 0 in production. */
  readonly signupCents: number;
}

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  /** null: named after the person. */
  readonly organizationName: string | null;
  /** The key the account begins with, for the person of this id. */
  readonly key: (userId: string) => NewKey;
}

export interface CreatedAccount {
  readonly userId: string;
  readonly organizationId: Id;
  readonly organizationShortId: string;
}

export interface PasswordChange {
  readonly password: string;
  /** Needed where there is a password already. */
  readonly currentPassword: string | null;
  /** The session that asks, which goes on; all others end. */
  readonly sessionToken: string | null;
}

export const minPasswordLength = 8;
export const maxPasswordLength = 128;
const maxNameLength = 200;

/** Accounts of people: who they are, what they belong to, and their passwords. */
export class People {
  readonly #setting: PeopleSetting;

  constructor(setting: PeopleSetting) {
    this.#setting = setting;
  }

  /**
   * A person with an organization and a key, in one commit. Refuses `validation_failed`, `email_taken`,
   * `idempotency_mismatch`.
   */
  async createAccount(account: NewAccount, idempotency: IdempotencyKey | undefined): Promise<CreatedAccount> {
    const userId = newId();
    const newPerson = { id: userId, name: account.name, email: accountEmail(account.email) };
    const { party, userId: ownerId } = await this.#setting.engine.execute(
      registerOrganization,
      {
        name: account.organizationName ?? organizationNameFor(account.name),
        shortId: newShortId(),
        key: account.key(userId),
        owner: { newPerson },
        grantCents: this.#setting.signupCents,
      },
      { idempotency },
    );
    return { userId: ownerId ?? userId, organizationId: party.id, organizationShortId: party.shortId ?? "" };
  }

  /**
   * The account behind an e-mail address and a password, or undefined: no such address, no password set and a wrong
   * password look the same and take the same time. Refuses `validation_failed`, `queue_full`.
   */
  async verifyPassword(email: string, password: string): Promise<Account | undefined> {
    const account = await findAccount(this.#setting.reads, accountEmail(email));
    const matches = await this.#setting.passwords.verify(account?.passwordHash ?? null, password);
    return matches ? account : undefined;
  }

  /** Refuses `credentials_invalid` unless the current password, where there is one, is the right one; `queue_full`. */
  async setPassword(userId: string, change: PasswordChange): Promise<void> {
    const { reads, passwords } = this.#setting;
    const person = (await readPerson(reads, userId)) ?? refuse("credentials_invalid");
    const { passwordHash: expectedHash } = person;
    if (expectedHash !== null && !(await passwords.verify(expectedHash, change.currentPassword ?? ""))) {
      refuse("credentials_invalid", { message: "The current password is not right." });
    }
    const hash = await passwords.hash(change.password);
    const written = await writePassword(reads, { id: newId(), userId, hash, expectedHash }, change.sessionToken);
    if (!written) refuse("credentials_invalid", { message: "The password has been changed meanwhile." });
  }

  /** Makes sure that somebody who signed up has an organization; the same person never gets two. */
  async ensureOrganization(userId: string): Promise<void> {
    const person = await readPerson(this.#setting.reads, userId);
    if (person === undefined || person.organizationId !== null) return;
    await this.#setting.engine.execute(
      registerOrganization,
      {
        name: organizationNameFor(person.name),
        shortId: newShortId(),
        key: null,
        owner: { userId },
        grantCents: this.#setting.signupCents,
      },
      { idempotency: { scope: "people:organization", key: userId, fingerprint: "" } },
    );
  }
}

function organizationNameFor(name: string): string {
  const suffix = "'s organization";
  return `${[...name].slice(0, maxNameLength - suffix.length).join("")}${suffix}`;
}

function newShortId(): string {
  return shortIdFrom(randomBytes(8));
}
