import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompetitionClient } from "../support/competition-client.ts";
import { chromiumPath } from "./support/chromium.ts";
import { expectSoundPage, type Visitor, WebStage } from "./support/web-stage.ts";

const brief = "Write **FizzBuzz** in C, with a test.\n\n- 1 to 100\n- one number a line\n\n```c\nint main(void);\n```";

describe.skipIf(chromiumPath === undefined)("a task, from the form to the money", () => {
  let stage: WebStage;
  let ada: Visitor;
  let grace: Visitor;
  beforeAll(async () => {
    stage = await WebStage.open({ takesJobs: true });
    [ada, grace] = await Promise.all([stage.signedIn("Ada Lovelace"), stage.signedIn("Grace Hopper")]);
  });
  afterAll(() => stage?.close());

  it("is posted by one person, done by another, talked about, approved and paid", { timeout: 120_000 }, async () => {
    await ada.goTo("/tasks/new");
    const { page: poster } = ada;
    const { page: worker } = grace;
    await poster.getByLabel("Title").fill("FizzBuzz");
    await poster.getByLabel("Brief").fill(brief);
    ada.forgive(/400 \(Bad Request\)/);
    await poster.getByRole("button", { name: "Post the task" }).click();
    await poster.getByText(/must be >= 1/).waitFor();
    await poster.getByLabel("Budget").fill("12.50");
    await expectSoundPage(ada, "post-a-task");
    await poster.getByRole("button", { name: "Post the task" }).dblclick();
    await poster.getByRole("heading", { level: 1, name: "FizzBuzz" }).waitFor();
    expect((await stage.api.get("/v1/tasks?mine=posted", ada.key)).body.data).toHaveLength(1);
    await poster.getByText("Held", { exact: true }).waitFor();

    await grace.goTo("/board");
    await worker.getByRole("link", { name: "FizzBuzz" }).click();
    await expectSoundPage(grace, "task-open");
    await worker.getByRole("button", { name: "Take this task" }).click();
    await worker.getByRole("heading", { name: "Your work" }).waitFor();
    await worker.getByRole("tab", { name: "Ask" }).click();
    await worker.getByLabel("Your question").fill("Tabs or spaces?");
    await worker.getByRole("button", { name: "Ask the poster" }).click();

    // Nobody reloads: it comes by the stream.
    await poster.getByRole("heading", { name: "A question for you" }).waitFor();
    await expectSoundPage(ada, "task-question");
    await poster.getByLabel("Your answer").fill("Spaces.");
    await poster.getByRole("button", { name: "Answer" }).click();
    await worker.getByText("Spaces.").waitFor();
    await worker.getByRole("tab", { name: "Hand in" }).click();
    await worker.getByLabel("Result").fill("# Done\n\n`fizz.c` has it, `cases.csv` what it was tried with.");
    await worker.locator("input[type=file]").setInputFiles([
      { name: "fizz.c", mimeType: "text/x-c", buffer: Buffer.from("int main(void) { return 0; }\n") },
      { name: "cases.csv", mimeType: "text/csv", buffer: Buffer.from('n,"says, aloud"\n3,Fizz\n5,Buzz\n') },
    ]);
    await worker.getByText("cases.csv").waitFor();
    await expectSoundPage(grace, "task-work");
    await worker.getByRole("button", { name: "Hand in" }).click();

    await poster.getByRole("heading", { name: "Handed in: your word?" }).waitFor();
    await poster.getByRole("listitem").filter({ hasText: "cases.csv" }).getByRole("button", { name: "Show" }).click();
    await poster.getByRole("columnheader", { name: "says, aloud" }).waitFor();
    await expectSoundPage(ada, "task-review");
    await poster.getByText(/Pays \$11.25 to the worker at once; \$1.25 is the fee/).waitFor();
    await poster.getByRole("button", { name: "Approve and pay" }).dblclick();
    await poster.getByText("Paid to the worker").waitFor();
    await worker.getByText("Paid to the worker").waitFor();
    await expectSoundPage(ada, "task-paid");
    const { body: wallet } = await stage.api.get("/v1/wallet", grace.key);
    expect(wallet.balances).toContainEqual({ currency: "usd", balance: 101_125, held: 0 });
    await stage.house.expectLedgerToBalance();
  });

  it("waits in the review queue, and in the list of one's work", async () => {
    const taskId = await stage.api.postTask(ada.key, { title: "Proofread the announcement", budget: 4_000 });
    const claimed = await stage.api.post(`/v1/tasks/${taskId}/claim`, grace.key, { heartbeat_seconds: null });
    await stage.api.post(`/v1/assignments/${claimed.body.assignment.id}/submit`, grace.key, { text: "Two commas." });
    await ada.goTo("/review");
    await ada.page.getByRole("link", { name: "Proofread the announcement" }).waitFor();
    await expectSoundPage(ada, "review-queue");
    await grace.goTo("/work");
    await grace.page.getByRole("link", { name: "Proofread the announcement" }).waitFor();
    await expectSoundPage(grace, "my-work");
  });

  it("is asked about in three kinds, revised and at last disputed", { timeout: 60_000 }, async () => {
    const taskId = await stage.api.postTask(ada.key, { title: "Paint the gate", budget: 9_000 });
    const claimed = await stage.api.post(`/v1/tasks/${taskId}/claim`, grace.key, { heartbeat_seconds: null });
    const at = `/v1/assignments/${claimed.body.assignment.id}`;
    const questions = [
      { type: "text", question: "How high is it?" },
      { type: "single_select", question: "Which colour?", options: ["Green", "Red"] },
      { type: "multi_select", question: "Which sides?", options: ["Street", "Garden"] },
    ];
    await stage.api.post(`${at}/ask`, grace.key, { type: "clarifying_questions", questions });
    await ada.goTo(`/tasks/${taskId}`);
    const { page } = ada;
    await page.getByLabel("How high is it?").fill("2 m");
    await page.getByRole("radio", { name: "Green" }).check();
    await page.getByRole("checkbox", { name: "Street" }).check();
    await page.getByRole("checkbox", { name: "Garden" }).check();
    await expectSoundPage(ada, "task-questions");
    await page.getByRole("button", { name: "Answer" }).click();
    await page
      .getByText(/Green[\s\S]*Street/)
      .first()
      .waitFor();

    await stage.api.post(`${at}/submit`, grace.key, { text: "Painted." });
    await page.getByText("Revise", { exact: true }).click();
    await page.getByLabel("What is to be changed").fill("A second coat, please.");
    await page.getByRole("button", { name: "Ask for a revision" }).click();
    await page.getByText("asked for a revision").waitFor();
    await stage.api.post(`${at}/submit`, grace.key, { text: "Painted again." });
    await page.getByText("Painted again.").waitFor();
    await page.getByText("Dispute", { exact: true }).click();
    await page.getByText(/Freezes \$90.00 until an administrator rules/).waitFor();
    await page.getByLabel("Why").fill("It is blue.");
    await page.getByRole("button", { name: "Open a dispute" }).click();
    await page.getByRole("heading", { name: "Disputed: an administrator rules" }).waitFor();
    await grace.goTo(`/tasks/${taskId}`);
    await grace.page.getByLabel("Your side").fill("It is green by daylight.");
    await grace.page.getByRole("button", { name: "Answer" }).click();
    await page.reload();
    await page.getByText("It is green by daylight.").waitFor();
    await expectSoundPage(ada, "task-disputed");
  });

  it("takes proposals, of which the poster reads the reasons, declines one and shortlists another", async () => {
    const market = await CompetitionClient.open(stage.house);
    const agents = [
      await market.approvedAgent({ name: "Quill", capabilities: ["lamps"] }),
      await market.approvedAgent({ name: "Scribe" }),
    ];
    const terms = { title: "Compare five lamps", intake: "proposals", currency: undefined, budget: 5_000 };
    const taskId = await stage.api.postTask(ada.key, { ...terms, required_capabilities: ["lamps"] });
    const { page } = ada;
    await ada.goTo(`/tasks/${taskId}`);
    await page.getByText("None yet.").waitFor();
    for (const [index, agent] of agents.entries()) {
      await market.propose(taskId, agent, { plan: `Plan **number ${index + 1}**, step by step.`, amount: 3_000 });
    }
    // They come by the stream.
    const proposal = (name: string) =>
      page.getByRole("listitem").filter({ hasText: name, has: page.locator("details") });
    await proposal("Scribe").getByText("$30.00").waitFor();
    await proposal("Quill")
      .getByText(/of 100 points: why/)
      .click();
    await proposal("Quill").locator("details li").first().waitFor();
    await expectSoundPage(ada, "task-proposals");
    await proposal("Scribe").getByRole("button", { name: "Decline" }).click();
    await proposal("Scribe").getByText("Declined").waitFor();
    await proposal("Quill").getByRole("button", { name: "Shortlist" }).dblclick();
    await proposal("Quill").getByText("Shortlisted").waitFor();
    expect(await page.getByRole("button", { name: /^(Decline|Shortlist)$/ }).count()).toBe(0);
    const { body } = await stage.api.get(`/v1/tasks/${taskId}`, ada.key);
    expect(body.assignments.map(({ worker_id: id }: { worker_id: string }) => id)).toEqual([agents[0]?.id]);
  });

  it("has several shortlisted together, who then compete", async () => {
    const market = await CompetitionClient.open(stage.house);
    const taskId = await stage.api.postTask(ada.key, { intake: "proposals", currency: undefined, budget: 5_000 });
    for (const name of ["Mason", "Joiner", "Smith"]) {
      await market.propose(taskId, await market.approvedAgent({ name }), { amount: 3_000 });
    }
    const { page } = ada;
    await ada.goTo(`/tasks/${taskId}`);
    const proposal = (name: string) =>
      page.getByRole("listitem").filter({ hasText: name, has: page.locator("details") });
    for (const name of ["Mason", "Smith"]) await proposal(name).getByLabel("Together with others").check();
    await expectSoundPage(ada, "task-proposals-together");
    await page.getByRole("button", { name: "Shortlist these 2 together" }).click();
    for (const name of ["Mason", "Smith"]) await proposal(name).getByText("Shortlisted").waitFor();
    await page.getByRole("button", { name: /together$/ }).waitFor({ state: "detached" });
    expect(await proposal("Joiner").getByRole("button", { name: "Shortlist" }).count()).toBe(1);
    const { body } = await stage.api.get(`/v1/tasks/${taskId}`, ada.key);
    expect(body.assignments).toHaveLength(2);
  });

  it("is found on the board by words and filters that stand in the address", async () => {
    const titles = ["Design a logo for a bakery", "Research the price of flour", "Translate a menu into French"];
    for (const title of titles) await stage.api.postTask(ada.key, { title, budget: 7_500 });
    await stage.api.postTask(ada.key, { title: "اكتب قصيدة 🥖 قصيرة", budget: 1_200 });
    await stage.api.postTask(ada.key, { title: "W".repeat(200), budget: 1 });
    await grace.goTo("/board");
    const { page } = grace;
    await page.getByRole("link", { name: "Translate a menu" }).waitFor();
    await expectSoundPage(grace, "board");
    await page.getByRole("searchbox").fill("flour");
    await page.waitForURL(/q=flour/);
    await page.getByRole("link", { name: "Translate a menu" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Research the price of flour" }).click();
    await page.getByRole("heading", { level: 1, name: "Research the price of flour" }).waitFor();
    await page.goBack();
    expect(await page.getByRole("searchbox").inputValue()).toBe("flour");
    await page.getByRole("link", { name: "Research the price of flour" }).waitFor();
    await page.getByRole("searchbox").fill("nothing has this");
    await page.getByRole("heading", { name: "Nothing fits" }).waitFor();
    await expectSoundPage(grace, "board-empty");
  });
});
