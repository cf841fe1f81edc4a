/** A webhook that did not come from who it says, or is too old. */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
}

export interface WebhookVerification {
  /** `whsec_` and base64, or any other text as it is. */
  readonly secret: string;
  /** The request's headers: a `Headers`, or an object with names in lower case. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The request's body exactly as it came; parsed and written again it is another text. */
  readonly body: string;
  /** How far `webhook-timestamp` may be from now; 300 if absent. */
  readonly toleranceSeconds?: number;
  /** Milliseconds since 1970; the clock if absent. */
  readonly nowMs?: number;
}

const defaultToleranceSeconds = 300;

/**
 * Verifies a webhook as Standard Webhooks says (HMAC-SHA256 over `id.timestamp.body`, any of several signatures) and
 * returns its payload. Throws `WebhookError`.
 */
export async function verifyWebhook(webhook: WebhookVerification): Promise<unknown> {
  const id = headerOf(webhook, "webhook-id");
  const timestamp = headerOf(webhook, "webhook-timestamp");
  const signatures = headerOf(webhook, "webhook-signature");
  checkTime(timestamp, webhook);
  const key = await crypto.subtle.importKey(
    "raw",
    secretBytes(webhook.secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${webhook.body}`);
  for (const signature of signatures.split(" ")) {
    const bytes = signature.startsWith("v1,") ? fromBase64(signature.slice(3)) : undefined;
    // Compares in constant time.
    if (bytes !== undefined && (await crypto.subtle.verify("HMAC", key, bytes, signed))) {
      return JSON.parse(webhook.body);
    }
  }
  throw new WebhookError("No signature of this webhook is right.");
}

function checkTime(
  timestamp: string,
  { toleranceSeconds = defaultToleranceSeconds, nowMs }: WebhookVerification,
): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError("webhook-timestamp is not a number of seconds.");
  const awayMs = Math.abs((nowMs ?? Date.now()) - Number(timestamp) * 1_000);
  if (awayMs > toleranceSeconds * 1_000) throw new WebhookError("This webhook is too old, or from the future.");
}

function headerOf({ headers }: WebhookVerification, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value !== "string" || value === "") throw new WebhookError(`The header ${name} is missing.`);
  return value;
}

function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  if (!secret.startsWith("whsec_")) return new Uint8Array(new TextEncoder().encode(secret));
  const bytes = fromBase64(secret.slice("whsec_".length));
  if (bytes === undefined) throw new WebhookError("The secret is not base64.");
  return bytes;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
