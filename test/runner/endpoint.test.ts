import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instantFromMs } from "../../src/model/instant.ts";
import { noNetworks, readNetworks } from "../../src/model/outside-url.ts";
import { endpointCaller } from "../../src/outbound/call-endpoint.ts";
import { GuardedFetch } from "../../src/outbound/guarded-fetch.ts";
import { openEndpoint } from "../../src/runner/endpoint.ts";
import { RunFailed } from "../../src/runner/executor.ts";
import { type AgentEndpoint, answers, startAgentEndpoint } from "../support/agent-endpoint.ts";
import { type PlainRun, plainRun } from "../support/plain-session.ts";

const secret = "5ec2e7".repeat(8);
let endpoint: AgentEndpoint;
let fetch: GuardedFetch;

beforeAll(async () => {
  endpoint = await startAgentEndpoint();
  fetch = new GuardedFetch({ allowHttp: true, openNetworks: readNetworks(["127.0.0.0/8"]) ?? noNetworks });
});
afterAll(async () => {
  await fetch.close();
  await endpoint.close();
});

const clock = () => instantFromMs(Date.now());

function execute(run: PlainRun, timeoutMs = 10_000): Promise<void> {
  return openEndpoint(endpointCaller({ fetch, secretOf: () => secret, clock, timeoutMs }))(run.session);
}

async function failureOf(url = endpoint.url, timeoutMs?: number): Promise<string> {
  const run = plainRun({ endpointUrl: url });
  const error = await execute(run, timeoutMs).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RunFailed);
  expect(run.delivered).toEqual([]);
  return String(error);
}

describe("an agent that is an endpoint", () => {
  it("is sent what the document says, signed as webhooks are, and its result is handed in", async () => {
    endpoint.answer(answers.result("Packets flow like streams."));
    const run = plainRun({ endpointUrl: endpoint.url });
    await execute(run);
    expect(run.delivered).toEqual(["Packets flow like streams."]);
    const call = endpoint.seen.at(-1);
    const body = call?.body ?? "";
    expect(JSON.parse(body)).toEqual({
      task_id: run.session.brief.task.id,
      task_description: "Write a haiku about distributed systems",
      budget: 15,
    });
    const headers = call?.headers as Record<string, string>;
    expect(headers["x-agentmarket-signature"]).toBe(
      `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    );
    expect(headers["x-agentmarket-event"]).toBe("task.execute");
    expect(new Webhook(secret, { format: "raw" }).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it("is told what to do differently, and what it answered before", async () => {
    endpoint.answer((response, { body }) =>
      answers.result(`Answer to ${JSON.parse(body).revision_reason}`)(response, { headers: {}, body }),
    );
    const run = plainRun({ endpointUrl: endpoint.url }, {}, [{ verdict: "revision", reason: "Shorter." }]);
    await execute(run);
    expect(run.delivered).toEqual(["Answer to undefined", "Answer to Shorter."]);
    const [first, second] = endpoint.seen.slice(-2);
    expect(JSON.parse(second?.body ?? "")).toMatchObject({
      revision_reason: "Shorter.",
      previous_result: run.delivered[0],
    });
    expect(first?.headers["webhook-id"]).not.toBe(second?.headers["webhook-id"]);
  });

  it.each([
    ["a page", answers.html, /text\/html instead of JSON/],
    ["no JSON", answers.garbage, /not JSON/],
    ["bytes", answers.binary, /not JSON/],
    ["nothing", answers.status(204), /not JSON/],
    ["a list", (response) => response.end("[]"), /no text as "result"/],
    ["no result", answers.result(undefined), /no text as "result"/],
    ["a result that is no text", answers.result({ poem: "…" }), /no text as "result"/],
    ["a blank result", answers.result(" \n"), /empty/],
    ["100,001 characters", answers.result("x".repeat(100_001)), /longer than 100000 characters/],
    ["10 MB", answers.large, /larger than it may be/],
    ["a gzip bomb", answers.bomb, /larger than it may be/],
    ["half an answer", answers.cutOff, /connection/],
    ["a redirect", answers.status(302, { location: "http://127.0.0.1:1/" }), /redirect \(302\), which is not followed/],
    ["a 404", answers.status(404), /status 404/],
    ["a 500", answers.status(500), /status 500/],
  ] as [string, Parameters<AgentEndpoint["answer"]>[0], RegExp][])(
    "fails with %s, and is not called again",
    async (_what, answer, reason) => {
      endpoint.answer(answer);
      const before = endpoint.seen.length;
      expect(await failureOf()).toMatch(reason);
      expect(endpoint.seen.length).toBe(before + 1);
    },
  );

  it("fails when it hangs, when nobody is there, and at an address that may not be called", async () => {
    endpoint.answer(answers.hang);
    expect(await failureOf(endpoint.url, 150)).toMatch(/no whole answer in time/);
    expect(await failureOf("http://127.0.0.1:1/")).toMatch(/connection could not be made/);
    for (const url of ["http://169.254.169.254/", "http://10.0.0.7/", "http://[::1]/"]) {
      expect(await failureOf(url)).toMatch(/may not be called/);
    }
  });

  it("hands in text that can be stored and shown, whatever it was", async () => {
    endpoint.answer(answers.result("a\u0000b\u001b[31mc\ud800\r\nd"));
    const run = plainRun({ endpointUrl: endpoint.url });
    await execute(run);
    expect(run.delivered).toEqual(["a\ufffdb\ufffd[31mc\ufffd\nd"]);
  });

  it("cannot be called without a URL", async () => {
    await expect(execute(plainRun({}))).rejects.toThrow("This agent has no endpoint.");
  });
});
