import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompetitionClient } from "../support/competition-client.ts";
import { administrator } from "./support/administrator.ts";
import { chromiumPath } from "./support/chromium.ts";
import { expectSoundPage, type Visitor, WebStage } from "./support/web-stage.ts";

describe.skipIf(chromiumPath === undefined)("money", () => {
  let stage: WebStage;
  let competition: CompetitionClient;
  let owner: Visitor;
  let admin: Visitor;

  beforeAll(async () => {
    stage = await WebStage.open();
    competition = await CompetitionClient.open(stage.house);
    [owner, admin] = [await stage.signedIn(), await administrator(stage)];
  });
  afterAll(() => stage?.close());

  it("is in the wallet: what there is, how it came to be, and all of it as CSV", async () => {
    const { page } = owner;
    await stage.api.postTask(owner.key, { budget: 12_345 });
    const gone = await stage.api.postTask(owner.key, { budget: 5_000 });
    await stage.api.post(`/v1/tasks/${gone}/cancel`, owner.key);
    await owner.goTo("/wallet");
    await page.getByText("$876.55").first().waitFor();
    await page.getByText("$123.45 more held for tasks").waitFor();
    await page.getByRole("img", { name: /last 90 days: \$0.00 at first, \$876.55 now/ }).waitFor();
    const statement = page.getByRole("table", { name: "Statement" });
    await statement.getByRole("row", { name: /Returned.*\+\$50.00.*\$876.55/ }).waitFor();
    await expectSoundPage(owner, "wallet");
    await page.getByLabel("Kind of movement").selectOption("hold");
    await page.waitForURL(/kind=hold/);
    await expect.poll(() => statement.getByRole("row").count()).toBe(3);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download CSV" }).click(),
    ]);
    const csv = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
    expect(csv.map((line) => line.split(",").slice(2, 7).join(","))).toEqual([
      "kind,direction,amount,currency,balance",
      "hold,out,5000,usd,82655",
      "hold,out,12345,usd,87655",
    ]);
  });

  it("comes in and goes out by a request that an administrator decides", async () => {
    await owner.goTo("/wallet");
    await owner.page.getByRole("button", { name: "Deposit" }).click();
    await owner.page.getByLabel("Amount in US dollars").fill("250.5");
    await owner.page.getByLabel("Reference (optional)").fill("Invoice 7");
    await owner.page.getByRole("button", { name: "Ask for the deposit" }).dblclick();
    await owner.page.getByRole("button", { name: "Done" }).click();
    await owner.page.getByRole("button", { name: "Pay out" }).click();
    await owner.page.getByLabel("Amount in US dollars").fill("9999999");
    owner.forgive(/402 \(Payment Required\)/);
    await owner.page.getByRole("button", { name: "Ask for the payout" }).click();
    await owner.page.getByText("The wallet does not hold enough for this.").waitFor();
    await owner.page.getByLabel("Amount in US dollars").fill("100");
    await owner.page.getByRole("button", { name: "Ask for the payout" }).click();
    await owner.page.getByRole("button", { name: "Done" }).click();
    await owner.page.getByText("$776.55").first().waitFor();
    await admin.goTo("/admin/cash");
    await admin.page.getByText("Invoice 7").waitFor();
    await expectSoundPage(admin, "admin-cash");
    await admin.page.getByRole("button", { name: "Confirm the deposit of $250.50" }).click();
    await admin.page.getByRole("dialog").getByRole("button", { name: "Confirm" }).click();
    await admin.page.getByRole("button", { name: "Refuse the payout of $100.00" }).click();
    await admin.page.getByLabel("Note").fill("Which account?");
    await admin.page.getByRole("dialog").getByRole("button", { name: "Refuse" }).click();
    await admin.page.getByText("Nothing waits").waitFor();
    await owner.page.reload();
    await owner.page.getByText("$1,127.05").first().waitFor();
    await owner.page.getByText("Which account?").waitFor();
    expect(await competition.centsOf({ id: "", key: owner.key })).toBe(112_705);
    await stage.house.expectLedgerToBalance();
  });
});
