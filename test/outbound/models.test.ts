import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { modelAnswer } from "../../src/evaluation/model-question.ts";
import type { LanguageModels } from "../../src/outbound/models/language-models.ts";
import { ModelError } from "../../src/outbound/models/model-error.ts";
import { type ModelSettings, openModels } from "../../src/outbound/models/open-models.ts";
import { type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";

const fine = '{"score": 0.8, "reason": "Fine."}';
let server: ScriptedModel;

beforeAll(async () => {
  server = await startScriptedModel();
});
afterAll(() => server.close());

const kinds = [
  { kind: "openai-compatible", model: "qwen", path: "/v1/chat/completions" },
  { kind: "anthropic", model: "claude-sonnet-5", path: "/v1/messages" },
  { kind: "anthropic", model: "claude-3-haiku-20240307", path: "/v1/messages" },
] as const;

describe.each(kinds)("a model asked as $kind, $model", ({ kind, model, path }) => {
  let models: LanguageModels;
  let asked: number;

  const open = (wish: Partial<ModelSettings> = {}): Promise<LanguageModels> =>
    openModels({ kind, model, baseUrl: server.baseUrl, apiKey: "the-key", timeoutMs: 5_000, ...wish }, 5);
  const ask = (signal?: AbortSignal, who = models) =>
    who.completeObject({
      instructions: "Judge.",
      prompt: "The work.",
      schema: modelAnswer,
      maxOutputTokens: 500,
      ...(signal === undefined ? {} : { signal }),
    });
  const faultOf = async (answer: Promise<unknown>): Promise<string> => {
    const error = await answer.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof ModelError ? error.code : `no fault but ${String(error)}`;
  };
  const calls = (): number => server.questions.length - asked;

  beforeAll(async () => {
    models = await open();
  });
  beforeEach(() => {
    asked = server.questions.length;
  });

  it("answers in the form it was asked for, and its tokens are counted", async () => {
    server.script({ say: fine });
    expect(await ask()).toEqual({ value: JSON.parse(fine), usage: { inputTokens: 120, outputTokens: 30 } });
    const question = server.questions.at(-1);
    expect(question).toMatchObject({ path, model, prompt: "The work.", maxTokens: 500 });
    expect(question?.system).toContain("Judge.");
    const key = kind === "anthropic" ? question?.headers["x-api-key"] : question?.headers.authorization;
    expect(key).toBe(kind === "anthropic" ? "the-key" : "Bearer the-key");
  });

  it.each([429, 500, 503])("is asked again after a %i, three times at most", async (status) => {
    server.script({ status }, { status }, { say: fine });
    expect((await ask()).value.score).toBe(0.8);
    expect(calls()).toBe(3);
    server.script({ status });
    expect(await faultOf(ask())).toBe(status === 429 ? "rate_limited" : "unavailable");
    expect(calls()).toBe(6);
  });

  it("is not asked again by a server that wants us to wait for long", async () => {
    server.script({ status: 429, headers: { "retry-after": "3600" } });
    expect(await faultOf(ask())).toBe("rate_limited");
    expect(calls()).toBe(1);
  });

  it.each([400, 401, 404])("is not asked again after a %i", async (status) => {
    server.script({ status });
    expect(await faultOf(ask())).toBe("rejected");
    expect(calls()).toBe(1);
  });

  it.each([
    ["another form", '{"score": "1", "reason": "Fine."}'],
    ["more than was asked for", '{"score": 1, "reason": "Fine.", "paid": true}'],
    ["less", '{"score": 1}'],
    ["a list", "[1, 2]"],
  ])("is not believed when it answers with %s", async (_what, say) => {
    server.script({ say });
    expect(await faultOf(ask())).toBe("unusable_answer");
  });

  it.each([
    ["malformed", /unusable_answer/],
    ["truncated", /unavailable|unusable_answer/],
    ["endless", /too_large/],
    ["cut_by_length", /unusable_answer/],
  ] as const)("fails with an answer that is %s", async (fault, code) => {
    server.script({ fault });
    expect(await faultOf(ask())).toMatch(code);
  });

  it("fails when it hangs, once, and when the caller gives up", async () => {
    server.script({ fault: "hang" });
    expect(await faultOf(ask(undefined, await open({ timeoutMs: 150 })))).toBe("timed_out");
    expect(calls()).toBe(1);
    expect(await faultOf(ask(AbortSignal.timeout(100)))).toBe("aborted");
  });

  it("gives up between attempts too", async () => {
    server.script({ status: 429, headers: { "retry-after": "15" } });
    const startedMs = performance.now();
    expect(await faultOf(ask(AbortSignal.timeout(200)))).toBe("aborted");
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it("fails when nobody is there", async () => {
    expect(await faultOf(ask(undefined, await open({ baseUrl: "http://127.0.0.1:1/v1" })))).toBe("unavailable");
  });

  it("keeps the key out of what it says went wrong", async () => {
    server.script({ status: 401 });
    const error = await ask().catch((reason: unknown) => reason);
    expect(String(error)).not.toContain("the-key");
  });
});

it("a redirect is not followed, so that the key stays with us", async () => {
  const models = await openModels(
    { kind: "openai-compatible", model: "m", baseUrl: server.baseUrl, apiKey: "k", timeoutMs: 5_000 },
    1,
  );
  server.script({ status: 307, headers: { location: `${server.baseUrl}/elsewhere` } });
  const asked = server.questions.length;
  const request = { instructions: "", prompt: "x", schema: z.strictObject({}), maxOutputTokens: 10 };
  await expect(models.completeObject(request)).rejects.toBeInstanceOf(ModelError);
  expect(server.questions.slice(asked).every(({ path }) => path === "/v1/chat/completions")).toBe(true);
});
