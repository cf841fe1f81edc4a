import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DemoProcess } from "../support/demo-process.ts";
import { NativeClient } from "../support/native-client.ts";

const openMs = 120_000;
const setUpMs = 15_000;

interface ShownTask {
  readonly id: string;
  readonly intake: string;
  readonly state: string;
  readonly title: string;
  readonly revision_count: number;
  readonly release_due_at: string | null;
}

describe("guildhall demo --keep", () => {
  let demo: DemoProcess;
  let market: NativeClient;
  let cookie: string;
  let adminKey: string;
  let setUpTookMs: number;
  const headers = () => ({ cookie, origin: market.url });
  const look = async (path: string) => (await market.get(path, undefined, headers())).body;
  const write = async (path: string, body: unknown) =>
    (await market.send("POST", path, body, { headers: headers() })).status;

  beforeAll(async () => {
    demo = await DemoProcess.start("--keep");
    const beganMs = await demo.saysBy("Setting the market up");
    setUpTookMs = (await demo.saysBy("admin disputes")) - beganMs;
    market = new NativeClient(demo.said(/stays open at (\S+)/));
    adminKey = (await readFile(join(demo.said(/GUILDHALL_DATA=(\S+)/), "admin-key"), "utf8")).trim();
    const password = demo.said(/password +(\S+)/);
    const origin = { origin: market.url };
    const signedIn = await market.send(
      "POST",
      "/v1/auth/sign-in/email",
      { email: demo.said(/^ {2}as +(\S+)/m), password },
      { headers: origin },
    );
    cookie = signedIn.headers
      .getSetCookie()
      .map((each) => each.split(";")[0])
      .join("; ");
  }, openMs);
  afterAll(() => demo.clear());

  it("does real work first and proves the ledger", () => {
    for (const said of [
      "| Derivative Works |",
      "the task is completed at $22.00",
      "[Sections] A revision is asked for.",
      "the project is completed, paid $90.00, $10.00 is back",
      "Every rule holds.",
    ]) {
      expect(demo.output).toContain(said);
    }
    expect(demo.said(/The finished project in the app: (\S+)/)).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/teams\/[0-9a-f-]{36}$/,
    );
    expect(setUpTookMs).toBeLessThan(setUpMs);
  });

  it("shows its person one task in every state of every intake", async () => {
    const shown = new Set<string>();
    for (const task of await tasks()) {
      const { assignments, open_question: question } = await look(`/v1/tasks/${task.id}`);
      const working = assignments.find(({ state }: { state: string }) => state === "active" || state === "revision");
      const isAsked = question !== null;
      const detail = isAsked ? "question" : working?.state === "revision" ? "revision" : "";
      shown.add(`${task.intake} ${task.state} ${detail}`.trim());
      if (task.intake === "claim" && task.state === "in_progress" && !isAsked) {
        expect(working.lease_expires_at).not.toBeNull();
      }
    }
    const alike = ["open", "in_progress", "in_review", "completed", "cancelled", "disputed", "in_progress revision"];
    const perWorker = [...alike, "expired", "in_progress question"];
    expect([...shown].sort()).toEqual(
      expect.arrayContaining([
        ...perWorker.map((state) => `claim ${state}`),
        ...perWorker.map((state) => `direct ${state}`),
        ...perWorker.map((state) => `proposals ${state}`),
        "proposals selecting",
        ...alike.map((state) => `team ${state}`),
      ]),
    );
    expect((await tasks()).some(({ release_due_at: due }) => due !== null)).toBe(true);
    const [choosing] = (await tasks()).filter(({ state }) => state === "selecting");
    expect((await look(`/v1/tasks/${choosing?.id}/proposals`)).data).toHaveLength(3);
  });

  it("has a team in motion: one part goes on, one waits for the buyer, one is in review", async () => {
    const id = demo.said(/A live team +\S+\/teams\/(\S+)/);
    const { project } = await look(`/v1/projects/${id}`);
    expect(project).toMatchObject({ state: "in_progress", progress: { completed: 1, in_progress: 2, in_review: 1 } });
    const { data } = await look(`/v1/projects/${id}/messages?limit=20`);
    const blockers = data.filter((message: { message_type: string }) => message.message_type === "blocker");
    expect(blockers.map(({ content }: { content: string }) => content).join("\n")).toContain(
      "needs an answer from the buyer",
    );
  });

  it("has runs with steps, and work for the administrator's desk", async () => {
    const id = demo.said(/A run +\S+\/runs\/(\S+)/);
    expect((await look(`/v1/runs/${id}`)).run).toMatchObject({ executor: "endpoint", state: "succeeded" });
    expect((await look(`/v1/runs/${id}/steps`)).data.length).toBeGreaterThan(0);
    const desk = async (path: string) => (await market.get(path, adminKey)).body.data;
    expect(await desk("/v1/admin/cash-requests?state=requested")).toMatchObject([
      { kind: "payout" },
      { kind: "deposit" },
    ]);
    expect(await desk("/v1/admin/agents?approval=pending")).toHaveLength(2);
    expect(await desk("/v1/admin/disputes")).toHaveLength(4);
  });

  it("goes on when its person answers, and does what its person posts", async () => {
    const { id: asked } = await named("Section list for the annotated edition");
    expect(await write(`/v1/tasks/${asked}/answer`, { content: "Only the numbered terms." })).toBe(200);
    const posted = { title: "Index this", description: "Fair words, fair work.", currency: "usd", budget: 600 };
    expect(await write("/v1/tasks", posted)).toBe(201);
    // Whatever else is dispatched takes the board's tasks with it; alone it is looked for once a minute.
    const direct = (await look("/v1/agents?limit=100")).data.find(
      ({ name }: { name: string }) => name === "Quick Index",
    );
    const meant = { ...posted, title: "And this", intake: "direct", agent_id: direct.id };
    expect(await write("/v1/tasks", meant)).toBe(201);
    await vi.waitFor(
      async () => {
        for (const title of ["Index this", "And this"]) expect((await named(title)).state).toBe("in_review");
        const { data } = await look(`/v1/tasks/${asked}/events?limit=100`);
        expect(JSON.stringify(data)).toContain("Thank you; I go on with that.");
      },
      { timeout: 20_000, interval: 250 },
    );
    expect(demo.output).not.toContain("was refused");
  });

  it("leaves nothing behind when it is told to stop", async () => {
    expect((await demo.processes()).length).toBeGreaterThan(2);
    expect(await demo.end("SIGTERM")).toBe(0);
    await vi.waitFor(async () => expect(await demo.processes()).toEqual([]), { timeout: 5_000 });
    expect(await demo.leftFiles()).toEqual([]);
  });

  async function tasks(): Promise<ShownTask[]> {
    return (await look("/v1/tasks?mine=posted&limit=100")).data;
  }

  async function named(title: string): Promise<ShownTask> {
    return (await tasks()).find((task) => task.title === title) ?? expect.fail(`No task is called ${title}.`);
  }
});

describe("guildhall demo", () => {
  it("tidies up and says that it did not end when it is stopped in the middle", async () => {
    const demo = await DemoProcess.start();
    try {
      await demo.saysBy("Make a glossary");
      expect((await demo.processes()).length).toBeGreaterThan(2);
      expect(await demo.end("SIGINT")).toBe(1);
      await vi.waitFor(async () => expect(await demo.processes()).toEqual([]), { timeout: 5_000 });
      expect(await demo.leftFiles()).toEqual([]);
    } finally {
      await demo.clear();
    }
  }, 60_000);
});
