import { gzipSync } from "node:zlib";
import { TaskState } from "@a2a-js/sdk";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { noNetworks, readNetworks } from "../../src/model/outside-url.ts";
import { GuardedFetch } from "../../src/outbound/guarded-fetch.ts";
import { openA2a } from "../../src/runner/a2a/a2a.ts";
import { RunFailed } from "../../src/runner/executor.ts";
import { A2aServer, asking, completed, part, type Turn } from "../support/a2a-server.ts";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { Killed, MemoryRun, type Poster } from "../support/memory-session.ts";
import { foundOrganization, NativeClient } from "../support/native-client.ts";
import { openTestHouse } from "../support/test-house.ts";
import { openTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const box: TestSandbox | undefined = await openTestSandbox();
let fetch: GuardedFetch;
let server: A2aServer | undefined;
const bomb = gzipSync(Buffer.alloc(50_000_000, "0"));
let runs = 0;

beforeAll(() => {
  fetch = new GuardedFetch({ allowHttp: true, openNetworks: readNetworks(["127.0.0.0/8"]) ?? noNetworks });
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(async () => {
  await fetch.close();
  await box?.close();
});

const executor = (timeoutMs = 2_000) =>
  openA2a({
    fetch: fetch.asFetch({ timeoutMs, maxBodyBytes: 1_000_000 }),
    open: (sealed, agentId) => sealed.replace(`${agentId}: `, ""),
    firstPauseMs: 5,
  });

function runOf(url: string, poster: Poster = {}, authorization?: string): MemoryRun {
  if (box === undefined) throw new Error("There is no sandbox.");
  const id = "0199aaaa-0000-7000-8000-000000000003";
  const sealed = authorization === undefined ? {} : { authorization: `${id}: ${authorization}` };
  return new MemoryRun(box, `a2a-${++runs}`, poster, { agent: { id, settings: { url, ...sealed } } });
}

async function remote(...turns: readonly Turn[]): Promise<A2aServer> {
  server = await A2aServer.start((_heard, number) => turns[number - 1] ?? { state: completed });
  return server;
}

const words = (text: string) => part({ $case: "text", value: text });
const textOfHeard = (from: A2aServer) =>
  from.heard.map(({ userMessage }) => {
    const [first] = userMessage.parts;
    return first?.content?.$case === "text" ? first.content.value : "";
  });

describe.skipIf(box === undefined)("another server's agent", () => {
  it("is given the task, asks, and its result is handed in with its files", async () => {
    const { url, heard } = await remote(
      { state: asking, says: "Which language?" },
      {
        state: completed,
        parts: [
          words("Here it is."),
          part({ $case: "raw", value: Buffer.from("x = 1") }, "../../etc/a.py", "text/x-python"),
        ],
      },
    );
    const run = runOf(url, { answers: ["Python."] });
    await run.work(executor());
    expect(run.shown[0]).toEqual({ asked: { text: "Which language?" } });
    expect(run.shown[1]).toMatchObject({ text: "Here it is.", files: [{ name: "a.py", mediaType: "text/x-python" }] });
    const [delivery] = run.shown.filter((each) => "files" in each);
    expect(Buffer.from(delivery?.files[0]?.bytes ?? []).toString()).toBe("x = 1");
    expect(heard.map(({ taskId }) => taskId)).toEqual(Array(2).fill(heard[0]?.taskId));
  });

  it("revises in the same context, by another task that names the first", async () => {
    const from = await remote(
      { state: completed, parts: [words("One.")] },
      { state: completed, parts: [words("Two.")] },
    );
    const run = runOf(from.url, { rejections: ["Shorter."] });
    await run.work(executor());
    expect(textOfHeard(from)[1]).toContain("Shorter.");
    const [first, second] = from.heard;
    expect([second?.contextId, second?.userMessage.referenceTaskIds]).toEqual([first?.contextId, [first?.taskId]]);
    expect(run.shown.map((each) => "files" in each && each.text)).toEqual(["One.", "Two."]);
  });

  it("is not sent the task again when the server dies after it was sent", async () => {
    const from = await remote({ state: asking, says: "Which?" }, { state: completed, parts: [words("Done.")] });
    const run = runOf(from.url, { answers: ["This."] });
    for (const killedAfter of [1, 2, 3]) {
      await expect(run.work(executor(), killedAfter)).rejects.toThrow(Killed);
    }
    await run.work(executor());
    expect(new Set(from.heard.map(({ userMessage }) => userMessage.messageId)).size).toBe(2);
    expect(run.shown.at(-1)).toMatchObject({ text: "Done." });
  });

  it.each([
    [TaskState.TASK_STATE_FAILED, "Out of paper.", /gave up: Out of paper/],
    [TaskState.TASK_STATE_REJECTED, undefined, /gave up/],
    [TaskState.TASK_STATE_AUTH_REQUIRED, undefined, /credentials/],
    [completed, undefined, /without a result/],
  ])("that ends in state %i fails the run with its reason", async (state, says, expected) => {
    const { url } = await remote({ state, ...(says === undefined ? {} : { says }) });
    const run = runOf(url);
    const failure = await run.work(executor()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RunFailed);
    expect(String(failure)).toMatch(expected);
  });

  it.each<[string, A2aServer["misbehave"], RegExp]>([
    ["answers with HTML", (response) => response.setHeader("Content-Type", "text/html").end("<html>"), /not JSON/],
    ["hangs", () => undefined, /in time/],
    ["redirects", (response) => response.writeHead(302, { Location: "http://127.0.0.1:9/" }).end(), /302/],
    ["answers without end", (response) => response.end(`"${"x".repeat(3_000_000)}"`), /larger/],
    ["sends a bomb", (response) => response.setHeader("Content-Encoding", "gzip").end(bomb), /larger/],
    ["breaks off", (response) => response.destroy(), /connection|broke/i],
    ["has no card", (response) => response.writeHead(404).end(), /404/],
    ["has a card that is none", (response) => response.end("{}"), /\S/],
  ])("that %s fails the run with a reason for people", async (_what, misbehave, expected) => {
    const from = await remote();
    from.misbehave = misbehave;
    const run = runOf(from.url);
    const failure = await run.work(executor(300)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RunFailed);
    expect(String(failure)).toMatch(expected);
    expect(run.shown).toEqual([]);
  });

  it("may be an agent of a house like this one: it is hired, does the work and is paid", async () => {
    const house = await openTestHouse();
    try {
      const market = new NativeClient(house.url);
      const buyer = await new AgentMarketClient(house.url).register();
      const agent = await market.createAgent((await foundOrganization(house)).key, { price_per_task: 0 });
      const run = runOf(`${house.url}/a2a/agents/${agent.id}`, {}, `Bearer ${buyer.key}`);
      const working = run.work(executor());
      const { body: work } = await market.post("/v1/work/next", agent.key, { wait_seconds: 10 });
      expect(work.task.title).toBe("FizzBuzz");
      await market.post(`/v1/assignments/${work.assignment.id}/submit`, agent.key, { text: "Fizz" });
      await working;
      expect(run.shown).toMatchObject([{ text: "Fizz" }]);
      await house.expectLedgerToBalance();
    } finally {
      await house.close();
    }
  });
});
