import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { verifyWebhook, WebhookError } from "../../sdk/src/index.ts";

/** The example of the Standard Webhooks specification's reference libraries. */
const published = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: "1614265330",
  body: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

function webhook(changes: Partial<typeof published> = {}, headers: Record<string, string> = {}) {
  const { secret, id, timestamp, body, signature } = { ...published, ...changes };
  return {
    secret,
    body,
    nowMs: Number(published.timestamp) * 1_000,
    headers: { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature, ...headers },
  };
}

describe("a webhook's verification", () => {
  it("accepts the specification's own example and returns its payload", async () => {
    expect(await verifyWebhook(webhook())).toEqual({ test: 2_432_232_314 });
  });

  it("accepts it among several signatures, as during a change of secrets", async () => {
    const signature = `v1,AAAA v2,whatever ${published.signature}`;
    expect(await verifyWebhook(webhook({ signature }))).toEqual({ test: 2_432_232_314 });
  });

  it("takes a secret without whsec_ as it is, and Headers as well as an object", async () => {
    const signature = createHmac("sha256", "plain secret")
      .update(`${published.id}.${published.timestamp}.${published.body}`)
      .digest("base64");
    const { headers, ...rest } = webhook({ secret: "plain secret", signature: `v1,${signature}` });
    expect(await verifyWebhook({ ...rest, headers: new Headers(headers) })).toEqual({ test: 2_432_232_314 });
  });

  it.each([
    ["a changed body", webhook({ body: '{"test": 2432232315}' })],
    ["another id", webhook({ id: "msg_other" })],
    ["another time", webhook({ timestamp: "1614265331" })],
    ["another secret", webhook({ secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })],
    ["a signature of another version", webhook({ signature: published.signature.replace("v1", "v2") })],
    ["a signature that is not base64", webhook({ signature: "v1,!!" })],
    ["a timestamp that is no number", webhook({ timestamp: "soon" })],
    ["no id", webhook({}, { "webhook-id": "" })],
    ["a time five minutes and a second ago", { ...webhook(), nowMs: (Number(published.timestamp) + 301) * 1_000 }],
    ["a time five minutes and a second ahead", { ...webhook(), nowMs: (Number(published.timestamp) - 301) * 1_000 }],
  ])("refuses %s", async (_, changed) => {
    await expect(verifyWebhook(changed)).rejects.toBeInstanceOf(WebhookError);
  });
});
