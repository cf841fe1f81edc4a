import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebhookReceiver } from "../support/webhook-receiver.ts";
import { localHouse } from "../support/webhook-stage.ts";
import { passableFolder, writingExecutors } from "../support/writing-executors.ts";
import { chromiumPath } from "./support/chromium.ts";
import { expectSoundPage, type Visitor, WebStage } from "./support/web-stage.ts";

describe.skipIf(chromiumPath === undefined)("an operator", () => {
  let stage: WebStage;
  let operator: Visitor;
  let receiver: WebhookReceiver;
  let folder: string;
  let goOn: () => void = () => undefined;
  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    folder = await passableFolder();
    const executors = writingExecutors(
      ({ signal }) =>
        new Promise((resolve, reject) => {
          goOn = resolve;
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    );
    stage = await WebStage.open({ config: { ...localHouse, dataFolder: folder }, takesJobs: true, executors });
    operator = await stage.signedIn("Grace Hopper");
  });
  afterAll(async () => {
    await stage?.close();
    await receiver?.goDown();
    await rm(folder, { recursive: true, force: true });
  });

  it("registers an agent, whose key is shown once", async () => {
    const { page } = operator;
    await operator.goTo("/operator");
    await page.getByText("You operate no agents yet").waitFor();
    await expectSoundPage(operator, "operator-empty");
    await page.getByRole("link", { name: "Register an agent" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Quill");
    await page
      .getByRole("textbox", { name: "Description" })
      .fill("Translates manuals into **French**, and keeps their tables.");
    await page.getByLabel("Capabilities").first().fill("translation");
    await page.getByLabel("Capabilities").first().press("Enter");
    await page.getByLabel("Asks for").fill("20");
    await page.getByLabel("Run by").selectOption("prompt");
    await page.getByLabel("System prompt").fill("You translate.");
    await expectSoundPage(operator, "agent-new");
    await page.getByRole("button", { name: "Register" }).click();
    const key = await page.getByRole("dialog").locator("pre").innerText();
    expect((await stage.api.get("/v1/me", key)).body.party.name).toBe("Quill");
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("heading", { level: 1, name: "Quill" }).waitFor();
    expect(await page.content()).not.toContain(key);
  });

  it("tries it and follows its run live, replays it, and sees what it changed", async () => {
    const { page } = operator;
    await page.getByRole("textbox", { name: "Task" }).fill("Greet whoever reads this.");
    await page.getByRole("button", { name: "Start a test run" }).click();
    await page.getByRole("heading", { level: 1, name: "Run of Quill" }).waitFor();
    const steps = page.getByRole("list", { name: "Steps" });
    await steps.getByText("run_command").waitFor();
    await page.getByRole("button", { name: "src/greeting.mjs", exact: true }).waitFor();
    await steps.getByRole("button", { name: /edit_file/ }).click();
    await page.getByRole("article").getByText("Hello").waitFor();
    expect(page.url()).toMatch(/\?step=3$/);
    await page.getByText("at work").waitFor();
    await expectSoundPage(operator, "run-live");
    await page.getByLabel("Follow").click();
    goOn();
    await page.getByText("The run has succeeded.").waitFor();
    await steps.getByText("hands in").waitFor();
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByText(/^step 2 of/).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("its workspace is gone").waitFor();
    await operator.goTo("/runs?state=succeeded");
    await page.getByRole("table", { name: "Runs" }).getByRole("link", { name: /Quill/ }).waitFor();
    await expectSoundPage(operator, "runs");
  });

  it("cancels a run", async () => {
    const { page } = operator;
    const { body } = await stage.api.get("/v1/agents?mine=true", operator.key);
    const path = `/v1/agents/${body.data[0].id}/try`;
    const { body: tried } = await stage.api.post(path, operator.key, { description: "Wait." });
    await operator.goTo(`/runs/${tried.run.id}`);
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
    await page.getByText("The run was cancelled.").waitFor();
    await operator.goTo("/runs?state=failed");
    await page.getByText("No run is like that").waitFor();
  });

  it("changes how it is run and pauses it; others see it in the directory", async () => {
    const { page } = operator;
    await operator.goTo("/operator");
    await page.getByRole("link", { name: "Quill" }).click();
    await page.getByLabel("Steps").fill("12");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Let it work again" }).waitFor();
    await page.getByRole("button", { name: "Limit the spending of Quill" }).click();
    await page.getByLabel("Credits a day, at most").fill("40");
    await page.getByRole("button", { name: "Set the limit" }).click();
    await page.getByText("At most 40 credits a day.").waitFor();
    await expectSoundPage(operator, "agent-manage");
    const other = await stage.signedIn("Ada Lovelace");
    await other.goTo("/agents?q=french");
    await other.page.getByText("Paused").waitFor();
    await expectSoundPage(other, "agents");
    await other.page.getByLabel("Asks at most").fill("3");
    await other.page.getByText("No agent is like that").waitFor();
    expect(other.page.url()).toContain("max_price=3");
    await other.page.goBack();
    await other.goTo("/agents");
    await other.page.getByRole("link", { name: "Quill" }).click();
    await other.page.getByRole("heading", { level: 1, name: "Quill" }).waitFor();
    await other.page.getByRole("link", { name: "Give it a task" }).waitFor();
    await expectSoundPage(other, "agent");
  });

  it("makes, limits, rotates and revokes keys; each is shown once", async () => {
    const { page } = operator;
    await operator.goTo("/operator/keys");
    await page.getByRole("button", { name: "Make a key" }).click();
    await page.getByLabel("What it is for").fill("Nightly build");
    await page.getByLabel("US dollars a day, at most").fill("5");
    await page.getByRole("button", { name: "Make the key" }).click();
    const read = (): Promise<string> => page.getByRole("dialog").locator("pre").innerText();
    const first = await read();
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByText("spends at most $5.00 a day").waitFor();
    await stage.api.postTask(first, { budget: 320 });
    await page.getByRole("button", { name: "Limit the spending of Nightly build" }).click();
    await page.getByText("Spent today: $3.20.").waitFor();
    await page.getByLabel("Credits a day, at most").fill("7");
    await expectSoundPage(operator, "key-limit");
    await page.getByRole("button", { name: "Set the limit" }).click();
    await page.getByText("spends at most $5.00 and 7 credits a day").waitFor();
    await page.getByRole("button", { name: "Rotate the key Nightly build" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Rotate", exact: true }).click();
    await page.getByRole("heading", { name: "The new key" }).waitFor();
    const second = await read();
    await page.getByRole("button", { name: "I have kept it" }).click();
    expect((await stage.api.get("/v1/me", first)).status).toBe(401);
    expect((await stage.api.get("/v1/me", second)).status).toBe(200);
    await expectSoundPage(operator, "keys");
    await page.getByRole("button", { name: "Revoke the key Nightly build" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("Nightly build", { exact: true }).waitFor({ state: "detached" });
    expect((await stage.api.get("/v1/me", second)).status).toBe(401);
  });

  it("sees what its agents have earned", async () => {
    const { page } = operator;
    await operator.goTo("/operator/earnings");
    await page.getByText("Nothing was paid in this time").waitFor();
    const agent = await stage.api.createAgent(operator.key, { name: "Mason" });
    const { key } = await stage.signedIn("Buyer");
    for (const budget of [12_000, 4_500]) {
      await stage.api.postTask(key, { intake: "direct", agent_id: agent.id, budget, review: "auto" });
      const { body } = await stage.api.post("/v1/work/next", agent.key);
      await stage.api.post(`/v1/assignments/${body.assignment.id}/submit`, agent.key, { text: "Done." });
    }
    await operator.goTo("/operator/earnings?days=7");
    await page.getByRole("img", { name: /\$148\.50 from/ }).waitFor();
    await expectSoundPage(operator, "earnings");
  });

  it("adds a webhook, pings it, sees the faulty answer and sends it again", async () => {
    const { page } = operator;
    receiver.behave(() => 500);
    await operator.goTo("/operator/webhooks");
    await page.getByRole("button", { name: "Add a webhook" }).click();
    await page.getByLabel("Address").fill(receiver.url("/hook"));
    await page.getByLabel("Events").first().fill("task.completed");
    await page.getByLabel("Events").first().press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    expect(await page.getByRole("dialog").locator("pre").innerText()).toMatch(/^whsec_/);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("button", { name: "Send a test ping" }).click();
    await page.getByText("answered 500").waitFor();
    receiver.behave(() => 200);
    await page.getByRole("button", { name: "Send it again" }).click();
    await page.getByText("answered 200").waitFor();
    await page.getByRole("article").getByText("Arrived").waitFor();
    const ids = receiver.at("/hook").map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(1);
    expect(ids.length).toBeGreaterThanOrEqual(2);
    await page.getByRole("button", { name: "Rotate secret" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
    await page.getByRole("heading", { name: "The new secret" }).waitFor();
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByText("messages carry both signatures").waitFor();
    await expectSoundPage(operator, "webhook");
    await page.getByRole("button", { name: "Send a test ping" }).click();
    await expect.poll(() => receiver.at("/hook").at(-1)?.headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
    await operator.goTo("/operator/webhooks");
    await page.getByText("In use").waitFor();
    await expectSoundPage(operator, "webhooks");
  });
});

describe.skipIf(chromiumPath === undefined)("a developer", () => {
  let stage: WebStage;
  beforeAll(async () => {
    stage = await WebStage.open();
  });
  afterAll(() => stage?.close());

  it("has a test key filled into lines that work, and finds the reference and what models read", async () => {
    const developer = await stage.signedIn();
    const { page } = developer;
    await developer.goTo("/developers?language=curl&recipe=post");
    await page.getByText("YOUR_KEY").first().waitFor();
    await page.getByRole("button", { name: "Fill in a test key" }).click();
    await page.getByRole("button", { name: "Take my key out" }).waitFor();
    const line = await page.locator("pre").first().innerText();
    const key = /Bearer (gh_live_\w+)/.exec(line)?.[1];
    expect((await stage.api.get("/v1/me", key)).body.key.label).toBe("Test key of the developers' page");
    await expectSoundPage(developer, "developers");
    await page.getByText("Python", { exact: true }).click();
    await page.getByText("import requests").waitFor();
    expect(page.url()).toContain("language=python");
    const { body: text } = await stage.api.get("/llms.txt");
    expect(text).toContain("- POST /v1/tasks: Post a task");
    expect(text).toContain(`${stage.house.url}/openapi/nexwork.json`);
    await page.getByRole("link", { name: "AgentMarket", exact: true }).click();
    await page
      .getByRole("heading", { name: /AgentMarket/ })
      .first()
      .waitFor();
    await page.screenshot({ path: "web/screenshots/reference-light.png" });
  });
});
