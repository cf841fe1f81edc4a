import { createHash, createHmac, randomBytes } from "node:crypto";
import type { NewKey } from "../../market/register-agent.ts";
import { refuse } from "../../model/errors.ts";
import type { KeyRole } from "../../model/party.ts";
import { noSpendingLimits } from "../../model/spending.ts";
import type { IdempotencyKey } from "../../store/idempotency.ts";

/** What keys look like, by the door that issues them (3-domain, "Rules everywhere"). */
export type KeyFormat = "hex" | "native" | "agentwork" | "nexwork";

const prefixes = { native: "gh_live_", agentwork: "aw_live_", nexwork: "nxw_" } as const satisfies Record<
  Exclude<KeyFormat, "hex">,
  string
>;
const randomBytesPerKey = 32;
const minAnonymousKeyLength = 16;
const shownCharacters = 12;
const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** SHA-256 of a key, hex: all of it that is ever stored. */
export function hashApiKey(apiKey: string): string {
  return createHash("sha256").update(apiKey).digest("hex");
}

/** What a key that replaces one with these first characters should look like. */
export function keyFormatOf(prefix: string): KeyFormat {
  if (prefix.startsWith(prefixes.agentwork)) return "agentwork";
  return prefix.startsWith(prefixes.nexwork) ? "nexwork" : "native";
}

/** A key that nobody has seen yet. */
export function makeApiKey(format: KeyFormat, random: Buffer = randomBytes(randomBytesPerKey)): string {
  return format === "hex" ? random.toString("hex") : `${prefixes[format]}${toBase62(random)}`;
}

/**
 * The key for an account that a POST creates. With an Idempotency-Key it is derived from the request and the server's
 * secret, so that a retry is answered with the same key although keys are not stored. Since that Idempotency-Key then
 * guards the account, a short one is refused.
 */
export function apiKeyForNewAccount(
  format: KeyFormat,
  secret: string,
  idempotency: IdempotencyKey | undefined,
): string {
  if (idempotency === undefined) return makeApiKey(format);
  if (idempotency.key.length < minAnonymousKeyLength) {
    refuse("idempotency_key_invalid", {
      message: `Without an API key, Idempotency-Key must be at least ${minAnonymousKeyLength} characters: use a random UUID.`,
    });
  }
  return apiKeyForRequest(format, secret, idempotency);
}

/** The key that a POST of somebody known creates: a retry with the same Idempotency-Key is answered with the same key. */
export function apiKeyForRequest(format: KeyFormat, secret: string, idempotency: IdempotencyKey | undefined): string {
  if (idempotency === undefined) return makeApiKey(format);
  const { scope, key, fingerprint } = idempotency;
  return makeApiKey(format, createHmac("sha256", secret).update(`api-key\n${scope}\n${key}\n${fingerprint}`).digest());
}

/** The stored half of a key. */
export function storedHalf(apiKey: string, role: KeyRole, label: string, userId: string | null = null): NewKey {
  const prefix = apiKey.slice(0, shownCharacters);
  return { userId, role, label, hash: hashApiKey(apiKey), prefix, ...noSpendingLimits, spendsAs: null };
}

/** 32 characters, 190 bits. */
function toBase62(random: Buffer): string {
  let number = BigInt(`0x${random.toString("hex")}`);
  let text = "";
  while (text.length < 32) {
    text += base62[Number(number % 62n)];
    number /= 62n;
  }
  return text;
}
