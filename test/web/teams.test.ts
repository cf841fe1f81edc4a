import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Member } from "../support/native-client.ts";
import { ProjectClient } from "../support/project-client.ts";
import { chromiumPath } from "./support/chromium.ts";
import { expectSoundPage, type Visitor, WebStage } from "./support/web-stage.ts";

/** A box of the graph, at a stage. */
const box = (page: Page, title: string, state: string) => page.locator(`[data-part="${title}"][data-state="${state}"]`);

describe.skipIf(chromiumPath === undefined)("a team", () => {
  let stage: WebStage;
  let teams: ProjectClient;
  let buyer: Visitor;
  let agents: Member[];
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    stage = await WebStage.open();
    teams = await ProjectClient.open(stage.house);
    buyer = await stage.signedIn();
    agents = [await teams.agent({ name: "Quill" }), await teams.agent({ name: "Scribe" })];
  });
  afterAll(() => stage?.close());

  const asBuyer = (path: string, body: unknown = {}) => teams.expect(200, path, buyer.key, body);
  const deliver = async (subtaskId: string, agent: Member, text: string): Promise<void> => {
    await teams.see(`/v1/subtasks/${subtaskId}/context`, agent.key);
    await teams.deliver(subtaskId, agent, text);
  };

  it("is asked for by its brief, and its plan drawn by hand, without circles", async () => {
    const { page } = buyer;
    await buyer.goTo("/teams");
    await page.getByText("You have no projects yet").waitFor();
    await page.getByRole("link", { name: "Start a project" }).click();
    await page.getByLabel("Title", { exact: true }).fill("A guide to lamps");
    await page
      .getByLabel("Brief")
      .fill("A guide to **lamps** for people who have none.\n\n- Facts\n- Text\n- Pictures");
    await page.getByLabel("Budget", { exact: true }).fill("120");
    await page.getByLabel("I do, by hand").check();
    const form = page.getByRole("region", { name: /^Subtask / });
    for (const [index, title] of ["Facts", "Text", "Pictures", "Guide"].entries()) {
      if (index > 0) await page.getByRole("button", { name: "Add a subtask" }).click();
      await form.getByLabel("Title").fill(title);
      await form.getByLabel("What is to be done").fill(`Do the ${title.toLowerCase()}.`);
      for (const other of index === 0 ? [] : index === 3 ? ["Text", "Pictures"] : ["Facts"]) {
        await form.getByRole("combobox", { name: "Waits for" }).click();
        await page.getByRole("option", { name: other }).click();
      }
    }
    // Pictures is drawn as waiting for Guide, which waits for Pictures.
    await join(page, "Guide", "Facts");
    await page.getByText(/would run in a circle: Facts → (Text|Pictures) → Guide → Facts/).waitFor();
    await expectSoundPage(buyer, "team-new");
    await page.getByLabel("When I say so").check();
    await page.getByRole("button", { name: "Start the project" }).click();
    await page.getByRole("heading", { level: 1, name: "A guide to lamps" }).waitFor();
    const { project } = await teams.see(`/v1/projects/${page.url().split("/").at(-1)}`, buyer.key);
    expect(project).toMatchObject({ state: "open", money: { budget: 12_000, carved: 4_000, spent: 0 } });
    ids.project = project.id;
    const { nodes } = await teams.see(`/v1/projects/${project.id}/graph`, buyer.key);
    for (const { id, title } of nodes) ids[title] = id;
    expect(nodes.find(({ title }: { title: string }) => title === "Guide").depends_on.sort()).toEqual(
      [ids.Text, ids.Pictures].sort(),
    );
  });

  it("is seen live: its graph grows as others work, and its work is reviewed beside it", async () => {
    const { page } = buyer;
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
    await box(page, "Facts", "ready").waitFor();
    const [quill, scribe] = agents;
    if (quill === undefined || scribe === undefined) throw new Error("Two agents were made.");
    await page.locator('[data-part="Facts"] button').click();
    const panel = page.getByRole("dialog", { name: "Subtask" });
    await panel.getByRole("combobox", { name: "Ask an agent to do it" }).click();
    await page.getByRole("option", { name: "Quill" }).click();
    await panel.getByRole("button", { name: "Ask", exact: true }).click();
    await box(page, "Facts", "assigned").waitFor();
    await deliver(ids.Facts ?? "", quill, "# Facts\n\nA lamp gives light.");
    await box(page, "Facts", "in_review").waitFor();
    await panel.getByText("A lamp gives light.").waitFor();
    await panel.getByLabel("Write to the member").fill("Thank you, *Quill*.");
    await panel.getByRole("button", { name: "Send" }).click();
    await panel.getByText("Thank you,").waitFor();
    await expectSoundPage(buyer, "team-subtask");
    await panel.getByRole("button", { name: "Ask for a revision" }).click();
    await page.getByLabel("What is to be different").fill("Say how much.");
    await page.getByRole("button", { name: "Send it back" }).click();
    await box(page, "Facts", "revision").waitFor();
    await deliver(ids.Facts ?? "", quill, "A lamp gives 800 lumens.");
    await box(page, "Facts", "in_review").waitFor();
    await panel.getByRole("button", { name: "Approve" }).click();
    await page.getByLabel("Rating").selectOption("5");
    await page.getByRole("button", { name: "Approve and pay" }).click();
    await box(page, "Facts", "completed").waitFor();
    await box(page, "Text", "ready").waitFor();
    await page.getByRole("button", { name: "Close the subtask" }).click();
    expect(await teams.centsOf(quill)).toBe(900);
    // What others do by the API appears by itself, in the graph and in the table.
    await asBuyer(`/v1/subtasks/${ids.Text}/invite`, { agent_id: scribe.id });
    await box(page, "Text", "assigned").waitFor();
    await teams.see(`/v1/subtasks/${ids.Text}/context`, scribe.key);
    await box(page, "Text", "in_progress").waitFor();
    const row = page.getByRole("table", { name: "Subtasks" }).getByRole("row", { name: /^Text/ });
    await row.getByText("In progress").waitFor();
    await teams.expect(201, `/v1/subtasks/${ids.Text}/messages`, scribe.key, { content: "Blocked: how long?" });
    await teams.expect(201, `/v1/projects/${ids.project}/messages`, scribe.key, { content: "I write the text." });
    await page.getByText("I write the text.").waitFor();
    await page.getByText("1 of 4 done").first().waitFor();
    await expectSoundPage(buyer, "team");
  });

  it("changes its plan where nobody has begun; a circle is refused by the page and by the server", async () => {
    const { page } = buyer;
    await page.getByRole("link", { name: "Change the plan" }).click();
    await page.getByRole("heading", { level: 1, name: "Change the plan" }).waitFor();
    await join(page, "Guide", "Pictures");
    await page.getByText("That would run in a circle: Pictures → Guide → Pictures.").waitFor();
    await page.getByRole("button", { name: "Add a subtask" }).click();
    const form = page.getByRole("region", { name: /^Subtask / });
    await form.getByLabel("Title").fill("Index");
    await form.getByLabel("What is to be done").fill("An index of the guide.");
    await join(page, "Guide", "Index");
    await page
      .getByRole("table", { name: "Subtasks of the plan" })
      .getByRole("row", { name: /^Index Guide/ })
      .waitFor();
    await expectSoundPage(buyer, "team-plan");
    await page.getByRole("button", { name: "Send the plan" }).click();
    await box(page, "Index", "pending").waitFor();
    const rewire = [{ id: ids.Pictures, depends_on: [ids.Guide] }];
    const { status, body } = await teams.market.post(`/v1/projects/${ids.project}/plan`, buyer.key, { rewire });
    expect([status, body.code]).toEqual([400, "plan_invalid"]);
  });

  it("splits a subtask that nobody has begun; what is refused is said at its field, and nothing typed is lost", async () => {
    const { page } = buyer;
    const panel = page.getByRole("dialog", { name: "Subtask", exact: true });
    const form = page.getByRole("dialog", { name: "Split the subtask" });
    const part = (number: number) => form.getByRole("group", { name: `Part ${number}` });
    await page.locator('[data-part="Text"] button').click();
    await panel.getByRole("heading", { name: "Text" }).waitFor();
    expect(await panel.getByRole("button", { name: "Split" }).count()).toBe(0);
    await page.keyboard.press("Escape");
    // From here on by the keyboard alone.
    await page.locator('[data-part="Guide"] button').press("Enter");
    await panel.getByRole("button", { name: "Split" }).press("Enter");
    await form.getByText("Each part waits for “Text” and “Pictures”.").waitFor();
    await form.getByText("“Index” waits for all parts.").waitFor();
    await expectSoundPage(buyer, "team-split");
    const type = async (title: string, dollars: string, brief: string): Promise<void> => {
      await page.keyboard.type(title);
      await page.keyboard.press("Tab");
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type(dollars);
      await page.keyboard.press("Tab");
      await page.keyboard.type(brief);
    };
    await type("Layout", "4.50", "Lay the guide out.");
    await form.getByText("2 parts for $9.50, $0.50 left").waitFor();
    await form.getByRole("button", { name: "Add a part" }).press("Enter");
    await type("Proof", "2", "Read it.");
    await form.getByText("3 parts for $11.50, $1.50 more than the budget").waitFor();
    expect(await form.getByRole("button", { name: "Split into 3" }).isEnabled()).toBe(false);
    await part(3).getByRole("button", { name: "Remove part 3" }).press("Enter");
    await part(2).getByLabel("What is to be done").fill("Write it out.");
    buyer.forgive(/status of 400 .*\/plan\)/);
    await form.getByRole("button", { name: "Split into 2" }).press("Enter");
    await part(2).getByText('"title" must NOT have fewer than 1 characters.').waitFor();
    expect(await part(1).getByLabel("Title").inputValue()).toBe("Layout");
    await expectSoundPage(buyer, "team-split-refused");
    await part(2).getByLabel("Title").fill("Writing");
    await page.keyboard.press("Enter");
    await box(page, "Layout", "pending").waitFor();
    await box(page, "Writing", "pending").waitFor();
    expect(await box(page, "Guide", "pending").count()).toBe(0);
    const row = (name: RegExp) => page.getByRole("table", { name: "Subtasks" }).getByRole("row", { name });
    await row(/^Layout .*Text, Pictures \$4\.50$/).waitFor();
    await row(/^Writing .*Text, Pictures \$5\.00$/).waitFor();
    await row(/^Guide Cancelled/).waitFor();
    await row(/^Index .*Layout, Writing/).waitFor();
    await page.locator("section:focus").getByRole("heading", { name: "Plan" }).waitFor();
  });

  it("splits nothing that somebody has begun meanwhile, and keeps what was typed", async () => {
    const { page } = buyer;
    const panel = page.getByRole("dialog", { name: "Subtask", exact: true });
    const form = page.getByRole("dialog", { name: "Split the subtask" });
    await page.locator('[data-part="Pictures"] button').click();
    await panel.getByRole("button", { name: "Split" }).click();
    await form.getByLabel("Title").first().fill("Drawings");
    await form.getByLabel("Title").last().fill("Photographs");
    await asBuyer(`/v1/subtasks/${ids.Pictures}/invite`, { agent_id: agents[0]?.id });
    await box(page, "Pictures", "assigned").waitFor();
    buyer.forgive(/status of 409 /);
    await form.getByRole("button", { name: "Split into 2" }).click();
    await form.getByText('"Pictures" is assigned: only what nobody has begun can be changed.').waitFor();
    expect(await form.getByLabel("Title").first().inputValue()).toBe("Drawings");
    // Escape closes what is on top.
    await page.keyboard.press("Escape");
    await form.waitFor({ state: "hidden" });
    await panel.getByRole("button", { name: "Have somebody else do it" }).waitFor();
    expect(await panel.getByRole("button", { name: "Split" }).count()).toBe(0);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "hidden" });
    await asBuyer(`/v1/subtasks/${ids.Pictures}/reassign`, { reason: "Somebody else draws." });
    await box(page, "Pictures", "ready").waitFor();
  });

  it("asks agents, whose operator answers", async () => {
    const operator = await stage.signedIn("Olive Operator");
    const { body } = await teams.market.post("/v1/agents", operator.key, {
      name: "Olive's",
      dialect: "nexwork",
      task_force: true,
      auto_accept: false,
    });
    await teams.expect(200, `/v1/admin/agents/${body.agent.id}/approve`, teams.admin.key);
    await asBuyer(`/v1/subtasks/${ids.Pictures}/invite`, { agent_id: body.agent.id });
    await operator.goTo("/invitations");
    await operator.page.getByRole("heading", { name: "Pictures" }).waitFor();
    await expectSoundPage(operator, "invitations");
    await operator.page.getByRole("button", { name: "Accept Pictures" }).click();
    await operator.page.getByText("Nobody waits for an answer").waitFor();
    await box(buyer.page, "Pictures", "assigned").waitFor();
  });

  it("is cancelled with what that means, and listed", async () => {
    const { page } = buyer;
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByText("1 accepted subtask stays paid.").waitFor();
    await page.getByRole("button", { name: "Cancel the project" }).click();
    await page.getByText("Cancelled", { exact: true }).first().waitFor();
    await page.goto("/teams");
    await page.getByRole("link", { name: "A guide to lamps" }).waitFor();
    await expectSoundPage(buyer, "teams");
    await stage.house.expectLedgerToBalance();
  });
});

/** Draws a line from one subtask's right to another's left. */
async function join(page: Page, from: string, to: string): Promise<void> {
  const middle = async (title: string, kind: "source" | "target") => {
    const handle = page.locator(`[data-part="${title}"] .react-flow__handle.${kind}`);
    await handle.scrollIntoViewIfNeeded();
    const area = await handle.boundingBox();
    if (area === null) throw new Error(`${title} has no ${kind} to draw from.`);
    return { x: area.x + area.width / 2, y: area.y + area.height / 2 };
  };
  const start = await middle(from, "source");
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  const end = await middle(to, "target");
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2);
  await page.mouse.move(end.x, end.y, { steps: 4 });
  await page.mouse.up();
}
