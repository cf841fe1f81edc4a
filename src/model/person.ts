import { refuse } from "./errors.ts";
import type { Id } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** Somebody who signs in. Keys and allowances may belong to a person; tasks and money belong to parties. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** As `accountEmail` returns it. */
  readonly email: string;
  readonly createdAt: Instant;
}

/** A person's place in an organization. */
export interface Membership {
  readonly userId: string;
  readonly organizationId: Id;
  readonly role: "owner" | "member";
  readonly createdAt: Instant;
}

const maxEmailLength = 254;
const emailPattern = /^(?!\.)(?!.*\.\.)[A-Za-z0-9_'+\-.]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/;

/**
 * An e-mail address as accounts are known by: ASCII, in lower case, so that two spellings are one account (4-dialects,
 * agentwork). Refuses `validation_failed`.
 */
export function accountEmail(text: string): string {
  if (text.length > maxEmailLength || !emailPattern.test(text)) {
    refuse("validation_failed", { message: '"email" must be a valid e-mail address in ASCII.' });
  }
  return text.toLowerCase();
}
