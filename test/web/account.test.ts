import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SmtpServer, startSmtpServer } from "../support/smtp-server.ts";
import { chromiumPath } from "./support/chromium.ts";
import { expectSoundPage, WebStage } from "./support/web-stage.ts";

describe.skipIf(chromiumPath === undefined)("a person's account", () => {
  let stage: WebStage;
  let smtp: SmtpServer;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    stage = await WebStage.open({ config: { smtpUrl: smtp.url } });
  });
  afterAll(async () => {
    await stage?.close();
    await smtp?.close();
  });

  it("is made, left and entered again, and leads back to where somebody wanted to go", async () => {
    const visitor = await stage.stranger();
    const { page } = visitor;
    await visitor.goTo("/board?currency=usd");
    await page.waitForURL(/\/sign-in\?next=/);
    await expectSoundPage(visitor, "sign-in");
    await page.getByRole("link", { name: "Make an account" }).click();
    await page.getByLabel("Your name").fill("Grace Hopper");
    await page.getByLabel("E-mail").fill("grace@example.com");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await expectSoundPage(visitor, "sign-up");
    visitor.forgive(/400 \(Bad Request\)/);
    await page.getByRole("button", { name: "Make an account" }).click();
    await page.getByText(/fewer than 8/).waitFor();
    await page.getByLabel("Password", { exact: true }).fill("correct horse");
    await page.getByRole("button", { name: "Make an account" }).click();
    await page.waitForURL(/\/board\?currency=usd$/);
    await page.getByRole("button", { name: "Account of Grace Hopper" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/\/sign-in$/);
    expect((await page.request.get("/v1/me")).status()).toBe(401);
    await page.getByLabel("E-mail").fill("grace@example.com");
    await page.getByLabel("Password", { exact: true }).fill("correct horse");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });

  it("never leads anywhere else after signing in", async () => {
    const visitor = await stage.signedIn();
    const elsewhere = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"];
    // Each of these becomes one of those when it is read as an address.
    const hidden = ["/.//evil.example", "/x/..//evil.example", "/\t/evil.example", "https:evil.example"];
    for (const next of [...elsewhere, ...hidden]) {
      await visitor.goTo(`/sign-in?next=${encodeURIComponent(next)}`);
      await visitor.page.getByLabel("E-mail").fill(visitor.email);
      await visitor.page.getByLabel("Password", { exact: true }).fill("correct horse");
      await visitor.page.getByRole("button", { name: "Sign in" }).click();
      await visitor.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      expect(new URL(visitor.page.url()).origin).toBe(stage.house.url);
    }
  });

  it("is entered by a new password, through the link of a mail that works once", async () => {
    const owner = await stage.signedIn();
    const visitor = await stage.stranger();
    const { page } = visitor;
    await visitor.goTo("/sign-in");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("E-mail").fill(owner.email);
    await page.getByRole("button", { name: "Send me a link" }).click();
    await page.getByText(`If there is an account for ${owner.email}`).waitFor();
    await expectSoundPage(visitor, "forgot-password");
    const link = /http\S+reset-password\?token=\w+/.exec(await smtp.next())?.[0] ?? "";
    await visitor.goTo(link);
    await page.getByLabel("New password", { exact: true }).fill("short");
    visitor.forgive(/400 \(Bad Request\)|401 \(Unauthorized\)/);
    await page.getByRole("button", { name: "Set it" }).click();
    await page.getByText(/fewer than 8/).waitFor();
    await page.getByLabel("New password", { exact: true }).fill("battery staple");
    await expectSoundPage(visitor, "reset-password");
    await page.getByRole("button", { name: "Set it" }).click();
    await page.getByText("Your new password is set").waitFor();
    await page.getByLabel("E-mail").fill(owner.email);
    await page.getByLabel("Password", { exact: true }).fill("correct horse");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Invalid e-mail address or").waitFor();
    await page.getByLabel("Password", { exact: true }).fill("battery staple");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect((await owner.page.request.get("/v1/me")).status()).toBe(401);
    await visitor.goTo(link);
    await page.getByLabel("New password", { exact: true }).fill("a third password");
    await page.getByRole("button", { name: "Set it" }).click();
    await page.getByRole("main").getByRole("alert").waitFor();
  });
});
