import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompetitionClient } from "../support/competition-client.ts";
import { administrator } from "./support/administrator.ts";
import { chromiumPath } from "./support/chromium.ts";
import { expectSoundPage, type Visitor, WebStage } from "./support/web-stage.ts";

describe.skipIf(chromiumPath === undefined)("an administrator", () => {
  let stage: WebStage;
  let competition: CompetitionClient;
  let admin: Visitor;

  beforeAll(async () => {
    stage = await WebStage.open();
    competition = await CompetitionClient.open(stage.house);
    admin = await administrator(stage);
  });
  afterAll(() => stage?.close());

  const query = (text: string, values: unknown[] = []) => stage.house.app.database.reads.query(text, values);

  it("lets agents in, turns them away and sends them away, with reasons", async () => {
    const { page } = admin;
    const wish = {
      dialect: "nexwork",
      capabilities: ["research", "csv"],
      description: "Finds companies and their sites.",
    };
    for (const name of ["Fine", "Odd"]) {
      await competition.market.createAgent(competition.operator.key, { ...wish, name });
    }
    await admin.goTo("/admin/agents");
    await page.getByRole("heading", { name: /^Fine/ }).waitFor();
    await expectSoundPage(admin, "admin-approvals");
    await page.getByRole("button", { name: "Approve Fine" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await page.getByRole("heading", { name: /^Fine/ }).waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Reject Odd" }).click();
    await page.getByLabel("Reason (optional)").fill("Who are you?");
    await page.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
    await page.getByText("Nobody waits").waitFor();
    await page.getByLabel("Standing").selectOption("approved");
    await page.waitForURL(/approval=approved/);
    await page.getByRole("button", { name: "Suspend Fine" }).click();
    await page.getByLabel("Reason (optional)").fill("Spam.");
    await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await page.getByText("There is no such agent").waitFor();
    const { rows } = await query("select approval, reason from approval_decisions order by id");
    expect(rows).toEqual([
      { approval: "approved", reason: null },
      { approval: "rejected", reason: "Who are you?" },
      { approval: "suspended", reason: "Spam." },
    ]);
  });

  it("hears both sides of a dispute and splits the money exactly as shown", async () => {
    const { page } = admin;
    const agent = await competition.approvedAgent({ name: "Scribe" });
    const { taskId } = await competition.delivered(agent, { title: "A list of lamps" }, 3_333);
    const { key } = competition.poster;
    const { dispute } = await competition.expect(200, `/v1/tasks/${taskId}/dispute`, key, {
      reason: "Half is missing.",
    });
    const response = { response: "Half was **not** asked for." };
    await competition.expect(200, `/v1/disputes/${dispute.id}/answer`, agent.key, response);
    await admin.goTo("/admin/disputes");
    await page.getByRole("link", { name: "A list of lamps" }).waitFor();
    await expectSoundPage(admin, "admin-disputes");
    await page.getByRole("link", { name: "A list of lamps" }).click();
    await page.getByText("Half is missing.").waitFor();
    await page.getByText("The work.").waitFor();
    await page.getByLabel(/Both: pay a part/).check();
    const slider = page.getByRole("slider", { name: "What of the price is paid" });
    await slider.focus();
    for (let step = 0; step < 3; step++) await slider.press("ArrowRight");
    await page.getByLabel("Note (optional)").fill("Half of it was done.");
    const transfers = page.getByRole("region", { name: "Transfers that this will make" });
    await transfers.getByText("$16.69").waitFor({ state: "hidden" });
    await expectSoundPage(admin, "admin-dispute");
    const shown = await transfers.locator("dd").allInnerTexts();
    await page.getByRole("button", { name: "Pay $16.69 of the price" }).click();
    await page.getByRole("heading", { name: "It was split" }).waitFor();
    const { rows } = await query(
      "select kind, amount from transfers where task_id = $1 and kind <> 'hold' order by id",
      [taskId],
    );
    const moved = rows.map(({ amount }) => `$${(Number(amount) / 100).toFixed(2)}`);
    expect(moved).toEqual(["$15.02", "$1.67", "$33.31"]);
    expect(shown).toEqual([...moved, "$50.00"]);
    await stage.house.expectLedgerToBalance();
  });

  it("proves the ledger, and sees what breaks it", async () => {
    const { page } = admin;
    await admin.goTo("/admin/ledger");
    await page.getByText("Every rule holds.").waitFor();
    await expectSoundPage(admin, "admin-ledger");
    await query("update wallets set balance = balance + 1 where party_id = $1", [competition.poster.id]);
    await page.getByRole("button", { name: "Prove it again" }).click();
    await page.getByText(/1 of \d+ rules are broken/).waitFor();
    await page.getByText(competition.poster.id).waitFor();
    await query("update wallets set balance = balance - 1 where party_id = $1", [competition.poster.id]);
  });

  it("sees the queue, retries what failed, and looks after servers and people", async () => {
    const { page } = admin;
    const { rows } = await query("select id from graphile_worker.add_job('send-nothing')");
    await query(
      "update graphile_worker._private_jobs set attempts = 25, last_error = $2, run_at = now() + '1 day' where id = $1",
      [rows[0].id, "No such host\n    at somewhere"],
    );
    await admin.goTo("/admin/jobs");
    await page.getByText("No such host").first().waitFor();
    await expectSoundPage(admin, "admin-jobs");
    await page.getByRole("button", { name: "Retry now: send-nothing" }).click();
    await expect
      .poll(
        async () =>
          (await query("select attempts from graphile_worker._private_jobs where id = $1", [rows[0].id])).rows[0]
            .attempts,
      )
      .toBe(0);
    await page.getByRole("button", { name: "Free stuck jobs" }).click();
    await page.getByText("No job was stuck.").waitFor();
    await admin.goTo("/admin");
    await page.getByText("PostgreSQL").waitFor();
    await expectSoundPage(admin, "admin");
    await admin.goTo("/admin/users");
    await page.getByText("grace@example.com").waitFor();
    await expectSoundPage(admin, "admin-users");
  });

  it("is nobody else", async () => {
    const somebody = await stage.signedIn();
    somebody.forgive(/403 \(Forbidden\)/);
    await somebody.goTo("/admin/ledger");
    await somebody.page.getByText("Not yours to see").waitFor();
    expect(await somebody.page.getByRole("link", { name: "Administration" }).count()).toBe(0);
  });
});
