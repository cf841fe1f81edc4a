import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath } from "./support/chromium.ts";
import { expectSoundPage, WebStage } from "./support/web-stage.ts";

describe.skipIf(chromiumPath === undefined)("a person's account", () => {
  let stage: WebStage;
  beforeAll(async () => {
    stage = await WebStage.open();
  });
  afterAll(() => stage?.close());

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
    for (const next of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
      await visitor.goTo(`/sign-in?next=${encodeURIComponent(next)}`);
      await visitor.page.getByLabel("E-mail").fill(visitor.email);
      await visitor.page.getByLabel("Password", { exact: true }).fill("correct horse");
      await visitor.page.getByRole("button", { name: "Sign in" }).click();
      await visitor.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      expect(new URL(visitor.page.url()).origin).toBe(stage.house.url);
    }
  });
});
