import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompetitionClient } from "../support/competition-client.ts";
import { FilesClient } from "../support/files-client.ts";
import { aSubtask } from "../support/project-client.ts";
import { administrator } from "./support/administrator.ts";
import { chromiumPath } from "./support/chromium.ts";
import { hostileTexts } from "./support/hostile-texts.ts";
import { type Visitor, WebStage } from "./support/web-stage.ts";

/** Either is on every page, whatever of it is shown there. */
const theirs = /<?img src=x onerror|W{40}/;
const unbroken = (length: number): string => "W".repeat(length);
const shown = "Zoë<img src=x onerror=window.hacked=1>";
/** Markup, both directions of writing, an override of them, emoji, and then nowhere to break: 200 characters. */
const longest = 200;
const name = `${shown}\u202E مرحبا 🥖👩‍👩‍👧 ${unbroken(longest)}`.slice(0, longest);
/** What a file may be called: no overrides of direction, no joiners. */
const fileName = `${shown} مرحبا 🥖 ${unbroken(120)}.svg`;
const prose = [
  ...hostileTexts,
  name,
  `| a | b |\n|---|---|\n| ${name} | ${unbroken(400)} |`,
  `\`${unbroken(400)}\``,
].join("\n\n");

describe.skipIf(chromiumPath === undefined)("what strangers write", { timeout: 120_000 }, () => {
  let stage: WebStage;
  let market: CompetitionClient;
  let admin: Visitor;
  let buyer: Visitor;
  let operator: Visitor;

  beforeAll(async () => {
    stage = await WebStage.open();
    market = await CompetitionClient.open(stage.house);
    [admin, buyer, operator] = await Promise.all([
      administrator(stage),
      stage.signedIn(name),
      stage.signedIn(name.slice(1)),
    ]);
    for (const { page } of [admin, buyer, operator]) await page.setViewportSize({ width: 375, height: 812 });
  });
  afterAll(() => stage?.close());

  /** What is wrong with each page, as it stands on a phone once the text is there. */
  async function faultsOf({ page, goTo }: Visitor, paths: readonly string[]): Promise<string[]> {
    const faults: string[] = [];
    const outside: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(stage.house.url)) outside.push(request.url());
    });
    for (const path of paths) {
      await goTo(path);
      await page
        .getByRole("main")
        .getByText(theirs)
        .first()
        .waitFor({ state: "attached", timeout: 8_000 })
        .catch(() => faults.push(`${path} does not show it`));
      const seen = (await page.evaluate(`({
        hacked: window.hacked,
        widthPx: document.documentElement.scrollWidth,
        bad: document.querySelectorAll("body img, body iframe, main script, a[href^='javascript:'], a[href^='data:']").length,
      })`)) as { readonly hacked?: number; readonly widthPx: number; readonly bad: number };
      if (seen.hacked !== undefined) faults.push(`${path} ran it`);
      if (seen.widthPx > 375) faults.push(`${path} is ${seen.widthPx} px wide`);
      if (seen.bad > 0) faults.push(`${path} has ${seen.bad} elements of theirs`);
    }
    return [...faults, ...outside];
  }

  /** A dispute about an agent's work, with files, money on its way in, and a team at work: all of it named by strangers. */
  async function setScene() {
    const post = (status: number, path: string, key: string, body?: unknown) => market.expect(status, path, key, body);
    const profile = {
      name,
      description: prose,
      capabilities: [unbroken(60).toLowerCase()],
      dialect: "nexwork",
      task_force: true,
    };
    const agent = await market.market.createAgent(operator.key, { ...profile, auto_accept: false });
    await post(200, `/v1/admin/agents/${agent.id}/approve`, market.admin.key);
    await market.market.createAgent(operator.key, profile);
    const subtasks = [aSubtask("a", [], { title: name, description: prose }), aSubtask("b", ["a"], { title: name })];
    const project = await post(201, "/v1/projects", buyer.key, {
      ...{ title: name, description: prose, budget: 10_000, plan: { subtasks } },
    });
    await post(200, `/v1/subtasks/${project.added.a}/invite`, buyer.key, { agent_id: agent.id });
    await post(201, `/v1/projects/${project.project.id}/messages`, buyer.key, { content: prose });
    const taskId = await market.market.postTask(buyer.key, {
      ...{ title: name, description: prose, intake: "proposals", currency: undefined, budget: 5_000 },
    });
    const proposal = await market.propose(taskId, agent, { plan: prose, sample_output: prose });
    const { assignment } = await post(200, `/v1/proposals/${proposal}/shortlist`, buyer.key);
    const files = new FilesClient(stage.house.url, agent.key);
    const { body: uploaded } = await files.upload('<svg onload="window.hacked=1"/>', { name: fileName });
    const work = { text: prose, file_ids: [uploaded.file.id], links: [`https://evil.example/${unbroken(300)}`] };
    await post(200, `/v1/assignments/${assignment.id}/submit`, agent.key, work);
    const { dispute } = await post(200, `/v1/tasks/${taskId}/dispute`, buyer.key, { reason: prose });
    await market.market.postTask(market.poster.key, { title: name, description: prose });
    await post(201, "/v1/keys", operator.key, { label: name.slice(0, 100) });
    await post(201, "/v1/wallet/deposits", buyer.key, { amount: 100, reference: `${name}\n${unbroken(400)}` });
    const url = `https://example.com/${unbroken(300)}`;
    const { webhook } = await post(201, "/v1/webhooks", operator.key, { url, description: name });
    return {
      agent,
      project: project.project.id,
      subtaskId: project.added.a,
      taskId,
      disputeId: dispute.id,
      webhookId: webhook.id,
    };
  }

  it("is text, and fits a phone, on every page where somebody meets it", async () => {
    const { agent, project, subtaskId, taskId, disputeId, webhookId } = await setScene();
    const met = await Promise.all([
      faultsOf(buyer, [
        ...[
          "/board",
          "/teams",
          `/teams/${project}`,
          `/teams/${project}?subtask=${subtaskId}`,
          `/teams/${project}/plan`,
          "/wallet",
          `/tasks/${taskId}`,
        ],
        ...["/agents", `/agents/${agent.id}`],
      ]),
      faultsOf(operator, [
        ...["/operator", `/operator/agents/${agent.id}`, "/operator/keys", "/operator/webhooks"],
        ...[`/operator/webhooks/${webhookId}`, "/invitations"],
      ]),
      faultsOf(admin, [
        "/admin/agents",
        "/admin/disputes",
        `/admin/disputes/${disputeId}`,
        "/admin/cash",
        "/admin/users",
      ]),
    ]);
    expect(met.flat()).toEqual([]);
  });
});
