import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CuttingProxy } from "../support/cutting-proxy.ts";
import { freePort } from "../support/free-port.ts";
import { foundOrganization, type Member } from "../support/native-client.ts";
import { chromiumPath } from "./support/chromium.ts";
import { hostileTexts } from "./support/hostile-texts.ts";
import { expectSoundPage, type Visitor, WebStage } from "./support/web-stage.ts";

const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=1"><script>window.hacked=1</script></svg>';

describe.skipIf(chromiumPath === undefined)("the app in adversity", { timeout: 120_000 }, () => {
  let stage: WebStage;
  let ada: Visitor;
  let grace: Visitor;
  let outsider: Member;
  beforeAll(async () => {
    stage = await WebStage.open();
    [ada, grace] = await Promise.all([stage.signedIn("<b>Ada</b>"), stage.signedIn("Grace Hopper")]);
    outsider = await foundOrganization(stage.house);
  });
  afterAll(() => stage?.close());

  it("takes nothing that strangers write for more than text", async () => {
    const everything = hostileTexts.join("\n\n");
    const asked: string[] = [];
    ada.page.on("request", (request) => asked.push(request.url()));
    const taskIds: string[] = [];
    for (const title of hostileTexts) {
      const texts = {
        title,
        description: everything,
        instructions: everything,
        expected_output: everything,
        tags: [title],
      };
      taskIds.push(await stage.api.postTask(ada.key, { ...texts, inputs: { [title]: title } }));
    }
    const [taskId] = taskIds;
    const claimed = await stage.api.post(`/v1/tasks/${taskId}/claim`, grace.key, { heartbeat_seconds: null });
    const at = `/v1/assignments/${claimed.body.assignment.id}`;
    await stage.api.post(`${at}/progress`, grace.key, { content: everything });
    const form = new FormData();
    form.append("file", new File([svg], '"><img src=x onerror=alert(1)>.svg', { type: "image/svg+xml" }));
    const headers = { Authorization: `Bearer ${grace.key}` };
    const answer = await fetch(`${stage.house.url}/v1/files`, { method: "POST", headers, body: form });
    const uploaded = (await answer.json()) as { file: { id: string } };
    const work = { text: everything, file_ids: [uploaded.file.id], links: ["https://evil.example/<script>"] };
    expect((await stage.api.post(`${at}/submit`, grace.key, work)).status).toBe(200);
    await ada.goTo("/board");
    await ada.page.getByRole("link", { name: "<svg onload" }).waitFor();
    await ada.goTo(`/tasks/${taskId}`);
    await ada.page.getByRole("button", { name: "Show" }).click();
    await ada.page.getByText("window.hacked=1</script></svg>").waitFor();
    await expectSoundPage(ada, "task-hostile");
    expect(await ada.page.evaluate("window.hacked")).toBeUndefined();
    expect(
      await ada.page.locator("main img, main iframe, main a[href^='javascript:'], main a[href^='data:']").count(),
    ).toBe(0);
    expect(asked.filter((url) => !url.startsWith(stage.house.url))).toEqual([]);
  });

  it("keeps what was typed when the session ends in the middle of a form", async () => {
    await ada.goTo("/tasks/new");
    const { page } = ada;
    await page.getByLabel("Title").fill("Kept over the end of a session");
    await page.getByLabel("Budget").fill("3");
    await page.context().clearCookies();
    ada.forgive(/401 \(Unauthorized\)/);
    await page.getByRole("button", { name: "Post the task" }).click();
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.getByLabel("E-mail").fill(ada.email);
    await dialog.getByLabel("Password", { exact: true }).fill("correct horse");
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await page.getByLabel("Title").inputValue()).toBe("Kept over the end of a session");
    await page.getByRole("button", { name: "Post the task" }).click();
    await page.getByRole("heading", { level: 1, name: "Kept over the end of a session" }).waitFor();
  });

  it("says that the server is away, and shows what happened meanwhile once it is back", async () => {
    const taskId = await stage.api.postTask(ada.key, { title: "Through thick and thin" });
    const port = await freePort();
    const way = await CuttingProxy.open(stage.house.url, port);
    const { page } = grace;
    // The session's cookie is the host's, whatever the port.
    await page.goto(`${way.url}/tasks/${taskId}`);
    await page.getByText("posted the task").waitFor();
    grace.forgive(/ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED|SOCKET_NOT_CONNECTED)/);
    await way.close();
    await page.getByText("Reconnecting to Guildhall").waitFor();
    await expectSoundPage(grace, "reconnecting");
    await stage.api.post(`/v1/tasks/${taskId}/claim`, outsider.key, { heartbeat_seconds: null });
    const back = await CuttingProxy.open(stage.house.url, port);
    await page.getByText("took the task").waitFor();
    await page.getByText("Reconnecting to Guildhall").waitFor({ state: "detached" });
    expect(await page.getByText("posted the task").count()).toBe(1);
    await page.goto("about:blank");
    await back.close();
  });

  it("knows pages that are not there, and tasks that are not theirs to see", async () => {
    await grace.goTo("/nowhere/at/all");
    await grace.page.getByRole("heading", { name: "There is no such page" }).waitFor();
    await expectSoundPage(grace, "not-found");
    grace.forgive(/404 \(Not Found\)/);
    await grace.page.goto(`/tasks/${crypto.randomUUID()}`);
    await grace.page.getByRole("heading", { name: "Not here" }).waitFor();
  });

  it("opens the palette and the list of shortcuts by the keyboard", async () => {
    await grace.goTo("/review");
    const { page } = grace;
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("w");
    await page.getByRole("heading", { level: 1, name: "My work" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("textbox", { name: "Search" }).fill("boar");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Board" }).waitFor();
  });
});
