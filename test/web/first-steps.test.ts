import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHouseAgent } from "../../src/cli/house-agent.ts";
import { foundOrganization } from "../support/native-client.ts";
import { chromiumPath } from "./support/chromium.ts";
import { expectSoundPage, WebStage } from "./support/web-stage.ts";

describe.skipIf(chromiumPath === undefined)("the first person on a new market", { timeout: 120_000 }, () => {
  let stage: WebStage;
  const stopping = new AbortController();
  let agent: Promise<void>;
  beforeAll(async () => {
    stage = await WebStage.open();
    const { app, url, dataFolder } = stage.house;
    const house = { app, url, adminKeyFile: "", close: async () => undefined };
    agent = runHouseAgent(house, dataFolder, pino({ level: "silent" }), stopping.signal);
  });
  afterAll(async () => {
    stopping.abort();
    await agent;
    await stage?.close();
  });

  it("follows the printed link, posts, watches the sandbox's agent do it, approves and sees the money", async () => {
    await foundOrganization(stage.house, "admin");
    const visitor = await stage.stranger();
    const { page } = visitor;
    await visitor.goTo(`/first-administrator?token=${await stage.house.app.firstAdministrator.token()}`);
    await page.getByLabel("Your name").fill("Ada Lovelace");
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password", { exact: true }).fill("correct horse");
    await expectSoundPage(visitor, "first-administrator");
    await page.getByRole("button", { name: "Become the administrator" }).click();
    await page.getByRole("heading", { name: "From here to your first paid task" }).waitFor();
    await page.getByRole("button", { name: "Post it for $5.00" }).waitFor();
    await expectSoundPage(visitor, "first-steps");
    await page.getByRole("button", { name: "Post it for $5.00" }).click();
    await page.getByRole("heading", { level: 1, name: "Which words does this text use most?" }).waitFor();
    await page.getByText("Reading 4 lines.").waitFor();
    await page.getByRole("heading", { name: "Handed in: your word?" }).waitFor();
    expect(await page.getByRole("cell", { name: "guild", exact: true }).count()).toBe(1);
    await page.getByRole("radio", { name: "5 of 5" }).dispatchEvent("click");
    await page.getByRole("button", { name: "Approve and pay" }).click();
    await page.getByText("Paid to the worker").waitFor();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("$995.00").waitFor();
    await expectSoundPage(visitor, "overview");
    await stage.house.expectLedgerToBalance();
  });
});
