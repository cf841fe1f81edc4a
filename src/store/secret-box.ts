import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { Id } from "../model/ids.ts";

/** Which secret of which record; a sealed text opens nowhere else. */
export interface SecretPlace {
  readonly id: Id;
  readonly field: "push token" | "push credentials" | "executor authorization";
}

/** A sealed text that this server cannot open. Its message holds nothing of the text. */
export class SecretUnreadable extends Error {
  override readonly name = "SecretUnreadable";

  constructor(cause: unknown) {
    super("It was encrypted under another GUILDHALL_SECRET, or has been changed.", { cause });
  }
}

const prefix = "sealed:1:";
const algorithm = "aes-256-gcm";
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals what others entrusted to us to use again, such as their tokens, before it is stored: AES-256-GCM under a key
 * derived from the server's secret, as `sealed:1:` and base64url of nonce, tag and ciphertext.
 * docs/decisions/2026-11-23-derived-secrets.md.
 */
export class SecretBox {
  readonly #key: Uint8Array;

  constructor(serverSecret: string) {
    this.#key = new Uint8Array(hkdfSync("sha256", serverSecret, "", "secrets of others", keyBytes));
  }

  seal(text: string, place: SecretPlace): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.#key, nonce, { authTagLength: tagBytes }).setAAD(bytesOf(place));
    const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return prefix + Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString("base64url");
  }

  /** Seals what was stored before anything was sealed; what is sealed stays. */
  reseal(stored: string, place: SecretPlace): string {
    return isSealed(stored) ? stored : this.seal(stored, place);
  }

  /** The text; what was stored before anything was sealed is its own. Throws `SecretUnreadable`. */
  open(stored: string, place: SecretPlace): string {
    if (!isSealed(stored)) return stored;
    const sealed = Buffer.from(stored.slice(prefix.length), "base64url");
    try {
      const nonce = sealed.subarray(0, nonceBytes);
      const decipher = createDecipheriv(algorithm, this.#key, nonce, { authTagLength: tagBytes })
        .setAAD(bytesOf(place))
        .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
      const text = decipher.update(sealed.subarray(nonceBytes + tagBytes));
      return Buffer.concat([text, decipher.final()]).toString("utf8");
    } catch (error) {
      throw new SecretUnreadable(error);
    }
  }
}

function isSealed(stored: string): boolean {
  return stored.startsWith(prefix);
}

function bytesOf({ id, field }: SecretPlace): Buffer {
  return Buffer.from(`${field}\n${id}`);
}
