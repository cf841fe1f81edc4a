import { createServer } from "node:http";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostTask, postTask } from "../../src/market/post-task.ts";
import { CuttingProxy } from "../support/cutting-proxy.ts";
import { FilesClient } from "../support/files-client.ts";
import { freePort } from "../support/free-port.ts";
import { aTask } from "../support/market-inputs.ts";
import { foundOrganization, type Member } from "../support/native-client.ts";
import { openTestHouse } from "../support/test-house.ts";
import { chromiumPath } from "./support/chromium.ts";
import { type Visitor, WebStage } from "./support/web-stage.ts";

const password = "correct horse";
/** What one thing to look at may cost the page; it stands still for a part of it. */
const longestMs = 2_000;
const reconnecting = "Reconnecting to Guildhall";

describe.skipIf(chromiumPath === undefined)("the app, when things fail", { timeout: 120_000 }, () => {
  let stage: WebStage;
  let ada: Visitor;
  let worker: Member;
  beforeAll(async () => {
    stage = await WebStage.open({ config: { maxQueuedCommands: 20_000 } });
    ada = await stage.signedIn("Ada Lovelace");
    worker = await foundOrganization(stage.house);
    ada.forgive(/ERR_(CONNECTION|EMPTY_RESPONSE|INCOMPLETE_CHUNKED|SOCKET_NOT_CONNECTED|INTERNET_DISCONNECTED)/);
  });
  afterAll(() => stage?.close());

  /** A task of Ada's that the worker has taken; returns its id and the assignment's. */
  async function taken(): Promise<{ readonly taskId: string; readonly at: string }> {
    const taskId = await stage.api.postTask(ada.key, { title: "Paint the gate" });
    const { body } = await stage.api.post(`/v1/tasks/${taskId}/claim`, worker.key, { heartbeat_seconds: null });
    return { taskId, at: `/v1/assignments/${body.assignment.id}` };
  }

  async function signIn(page: Page): Promise<void> {
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.getByLabel("E-mail").fill(ada.email);
    await dialog.getByLabel("Password", { exact: true }).fill(password);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await dialog.waitFor({ state: "detached" });
  }

  it("shows in one tab what was decided in another, and asks to sign in again where another signed out", async () => {
    const { taskId, at } = await taken();
    await stage.api.post(`${at}/submit`, worker.key, { text: "Painted." });
    const { page } = ada;
    const other = await page.context().newPage();
    await ada.goTo(`/tasks/${taskId}`);
    await page.getByText("Revise", { exact: true }).click();
    await page.getByLabel("What is to be changed").fill("A second coat.");
    await other.goto(`/tasks/${taskId}`);

    await other.getByRole("button", { name: "Approve and pay" }).click();
    await page.getByText("Paid to the worker").waitFor();

    await page.getByRole("button", { name: "Ask for a revision" }).waitFor({ state: "detached" });
    await ada.goTo("/tasks/new");

    await page.getByLabel("Title").fill("Typed before the other tab signed out");
    await page.getByLabel("Budget").fill("3");
    await other.getByRole("button", { name: "Account of Ada Lovelace" }).click();
    await other.getByRole("menuitem", { name: "Sign out" }).click();
    await other.waitForURL(/\/sign-in$/);

    ada.forgive(/401 \(Unauthorized\)/);
    await page.getByRole("button", { name: "Post the task" }).click();
    await signIn(page);
    await page.getByRole("button", { name: "Post the task" }).click();
    await page.getByRole("heading", { level: 1, name: "Typed before the other tab signed out" }).waitFor();
    await other.close();
  });

  it("has no connection open in tabs that nobody sees, so that many can be open, and catches up when one is seen", async () => {
    const { taskId, at } = await taken();
    const context = ada.page.context();
    await ada.page.goto("about:blank");
    const tabs: Page[] = [];
    // A browser has six connections to a server.
    for (let index = 0; index < 7; index++) {
      const tab = await context.newPage();
      tabs.push(tab);
      await tab.goto(`/tasks/${taskId}`);
      await tab.getByText("took the task").waitFor();
      await becomes(tab, "hidden");
    }
    await stage.api.post(`${at}/progress`, worker.key, { content: "Sanding." });
    const [first] = tabs;
    if (first === undefined) throw new Error("There are seven tabs.");
    expect(await first.getByText("Sanding.").count()).toBe(0);
    await becomes(first, "visible");
    await first.getByText("Sanding.").waitFor();
    expect(await first.getByText("took the task").count()).toBe(1);
    for (const tab of tabs) await tab.close();
  });

  it("says when the network is away, keeps what was typed, and goes on by itself", async () => {
    const { taskId, at } = await taken();
    await stage.api.post(`${at}/ask`, worker.key, { type: "to_customer", content: "Which colour?" });
    const { page } = ada;
    await ada.goTo(`/tasks/${taskId}`);
    await page.getByLabel("Your answer").fill("Green.");
    await page.context().setOffline(true);
    await page.getByText(reconnecting).waitFor();
    await page.getByRole("button", { name: "Answer" }).click();
    await page.getByRole("alert").first().waitFor();
    await page.context().setOffline(false);
    await page.getByText(reconnecting).waitFor({ state: "detached" });
    expect(await page.getByLabel("Your answer").inputValue()).toBe("Green.");
    await page.getByRole("button", { name: "Answer" }).click();
    await page.getByText("answered").waitFor();
  });

  it("says what the server could not do, and does it when asked again", async () => {
    const { page } = ada;
    const problem = { type: "about:blank", title: "Internal Server Error", status: 500, code: "internal", detail: "x" };
    ada.forgive(/500 \(Internal Server Error\)/);
    await page.route("**/v1/tasks?**", (route) =>
      route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify(problem) }),
    );
    await ada.goTo("/board");
    const retry = page.getByRole("main").getByRole("button", { name: /again/i });
    await retry.waitFor();
    await page.unroute("**/v1/tasks?**");
    await retry.click();
    await page
      .getByRole("main")
      .getByText(/The board is empty|Posted/)
      .first()
      .waitFor();
  });

  it("looks at a large submission without standing still", async () => {
    const { taskId, at } = await taken();
    const files = new FilesClient(stage.house.url, worker.key);
    const kilobytes = 480;
    const parts = {
      "ten-megabytes.txt": "x".repeat(10 * 1_024 * 1_024),
      "prose.md": "Some words of *prose* here.\n\n".repeat((kilobytes * 1_024) / 29),
      "wide.csv": "a,".repeat((kilobytes * 1_024) / 2),
      "long.csv": "a,b,c\n".repeat((kilobytes * 1_024) / 6),
      "one-line.json": "[1,2]".repeat((kilobytes * 1_024) / 5),
    };
    const ids = await Promise.all(
      Object.entries(parts).map(async ([name, content]) => (await files.upload(content, { name })).body.file.id),
    );
    const work = { text: "a**b ~~c `d".repeat(9_000), file_ids: ids };
    const handedIn = await stage.api.post(`${at}/submit`, worker.key, work);
    expect([handedIn.status, handedIn.body.code]).toEqual([200, undefined]);
    const { page } = ada;
    const debugging = await page.context().newCDPSession(page);
    // Time of the processor, not of the clock: others use the machine, too.
    await debugging.send("Performance.enable", { timeDomain: "threadTicks" });
    const busyMs = async (): Promise<number> => {
      const { metrics } = await debugging.send("Performance.getMetrics");
      return 1_000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
    };
    await ada.goTo(`/tasks/${taskId}`);
    const spentMs: Record<string, number> = {};
    let beforeMs = 0;
    const note = async (what: string): Promise<void> => {
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))");
      const nowMs = await busyMs();
      spentMs[what] = nowMs - beforeMs;
      beforeMs = nowMs;
    };
    await page.getByText("ten-megabytes.txt").waitFor();
    await note("text");
    const row = (name: string) => page.getByRole("listitem").filter({ hasText: name }).last();
    expect(await row("ten-megabytes.txt").getByRole("button", { name: "Show" }).count()).toBe(0);
    for (const name of ["prose.md", "wide.csv", "long.csv", "one-line.json"]) {
      await row(name).getByRole("button", { name: "Show" }).click();
      await row(name).locator("pre, table, p").first().waitFor();
      await note(name);
      await row(name).getByRole("button", { name: "Hide" }).click();
      await note(`${name} away`);
    }
    await debugging.detach();
    for (const [what, durationMs] of Object.entries(spentMs)) {
      expect(durationMs, what).toBeLessThan(longestMs);
    }
  });

  it("shows ten thousand tasks by as many rows as the screen holds, and goes through them by the keyboard", async () => {
    const { engine } = stage.house.app;
    const task = (index: number): PostTask => aTask(worker.id, { title: `Task ${index}`, currency: "usd", budget: 1 });
    await Promise.all(Array.from({ length: 10_000 }, (_, index) => engine.execute(postTask, task(index))));
    const { page } = ada;
    await ada.goTo("/board");
    await page.getByRole("row").nth(5).waitFor();
    const mostRows: number[] = [];
    for (let screen = 0; screen < 25; screen++) {
      await page.mouse.wheel(0, 3_000);
      await page.waitForTimeout(30);
      mostRows.push(await page.getByRole("row").count());
    }
    await page.getByRole("row").nth(5).waitFor();
    expect(Math.max(...mostRows)).toBeLessThan(60);
    expect(Number(await page.evaluate("window.scrollY"))).toBeGreaterThan(20_000);
    await page.keyboard.press("Home");
    await page.locator("[data-row='0'] a").focus();
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowDown");
    const focused = await page.evaluate("document.activeElement.closest('[data-row]').dataset.row");
    expect(Number(focused)).toBeGreaterThanOrEqual(2);
  });

  it("goes on where it was when the server has been started anew", async () => {
    const { taskId, at } = await taken();
    await stage.api.post(`${at}/ask`, worker.key, { type: "to_customer", content: "Which colour?" });
    const sameMarket = { database: stage.house.database, config: { dataFolder: stage.house.dataFolder } };
    const [before, port] = [await openTestHouse(sameMarket), await freePort()];
    const way = await CuttingProxy.open(before.url, port);
    const { page } = ada;
    await page.goto(`${way.url}/tasks/${taskId}`);
    await page.getByLabel("Your answer").fill("Green, as the fence.");
    // What a gateway says while there is nobody behind it.
    const gateway = createServer((_request, response) => response.writeHead(502).end("Bad Gateway"));
    ada.forgive(/502 \(Bad Gateway\)/);
    await Promise.all([way.close(), before.close()]);
    await new Promise<void>((resolve) => gateway.listen(port, "127.0.0.1", resolve));
    await page.getByText(reconnecting).waitFor();
    const after = await openTestHouse(sameMarket);
    await stage.api.post(`${at}/progress`, worker.key, { content: "Sanding meanwhile." });
    gateway.closeAllConnections();
    await new Promise((resolve) => gateway.close(resolve));
    const back = await CuttingProxy.open(after.url, port);
    await page.getByText("Sanding meanwhile.").waitFor();
    await page.getByText(reconnecting).waitFor({ state: "detached" });
    for (const once of ["posted the task", "took the task", "Sanding meanwhile."]) {
      expect([once, await page.getByText(once).count()]).toEqual([once, 1]);
    }
    expect(await page.getByLabel("Your answer").inputValue()).toBe("Green, as the fence.");
    await page.getByRole("button", { name: "Answer" }).click();
    await page.getByRole("heading", { name: "A question for you" }).waitFor({ state: "detached" });
    await page.getByText("Green, as the fence.").waitFor();
    await page.goto("about:blank");
    await Promise.all([back.close(), after.close()]);
  });
});

/** What the browser tells a tab that comes to the front or goes to the back; without a window none ever does. */
async function becomes(page: Page, state: "visible" | "hidden"): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, "visibilityState", { configurable: true, value: "${state}" });
    document.dispatchEvent(new Event("visibilitychange"));
  `);
}
