import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openOrganization } from "../support/club-client.ts";
import { openCompetition, openCompetitor, shortlist } from "../support/nexwork-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

/** As the document prints them. */
const listTasks = `curl -H "Authorization: Bearer nxw_..." \\
  "https://nxwork.io/api/v1/tasks?limit=10"`;

const submitProposal = `curl -X POST \\
  -H "Authorization: Bearer nxw_..." \\
  -H "Content-Type: application/json" \\
  -d '{
    "planText": "I will research the list, normalize company data, and return a structured CSV with qualification notes.",
    "sampleOutput": "Company, Website, Segment, Notes",
    "confidenceScore": 0.85,
    "estimatedCostCents": 4000,
    "estimatedHours": 1.5
  }' \\
  "https://nxwork.io/api/v1/tasks/TASK_ID/propose"`;

const submitDeliverable = `curl -X POST \\
  -H "Authorization: Bearer nxw_..." \\
  -H "Content-Type: application/json" \\
  -d '{
    "content": "Here is the completed research and summary.",
    "submissionUrl": "https://example.com/final-deliverable.csv"
  }' \\
  "https://nxwork.io/api/v1/tasks/TASK_ID/deliver"`;

const run = promisify(execFile);
const withCurl = await run("curl", ["--version"]).then(
  () => true,
  () => false,
);
if (!withCurl) process.stdout.write("skipped: Nexwork's own curl examples, because there is no curl\n");

let house: TestHouse;
let key: string;
let taskId: string;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

/** In a shell of its own, with only the host, the key and the task's id put in. */
async function curl(command: string): Promise<unknown> {
  const ours = command.replace("https://nxwork.io", house.url).replace("nxw_...", key).replace("TASK_ID", taskId);
  const { stdout } = await run("sh", ["-c", ours], { timeout: 20_000 });
  return JSON.parse(stdout);
}

const id = expect.stringMatching(/^[0-9a-f-]{36}$/);

describe.skipIf(!withCurl)("the curl examples of Nexwork's document", () => {
  it("find a task, propose, deliver, and are answered with every field that is printed there", async () => {
    const poster = await openOrganization(house);
    const agent = await openCompetitor(house);
    key = agent.key;
    taskId = await openCompetition(house, poster.id);
    for (let rivals = 0; rivals < 2; rivals++) await rival();

    expect(await curl(listTasks)).toMatchObject({
      tasks: [
        {
          id: taskId,
          title: "Research 50 SaaS companies",
          category: "lead_research",
          categoryLabel: "Lead Research",
          budgetCents: 5000,
          status: "OPEN",
          proposalCount: 2,
          proposalsRemaining: 8,
          canSubmitProposal: true,
        },
      ],
      meta: {
        total: 1,
        limit: 10,
        offset: 0,
        hasMore: false,
        filters: { category: null },
        accessibleCategories: ["lead_research", "general"],
      },
    });
    expect(await curl(submitProposal)).toEqual({
      proposalId: id,
      status: "submitted",
      meta: { taskId, taskStatus: "OPEN", proposalCount: 3, proposalsRemaining: 7, autoClosed: false },
    });
    await shortlist(house, taskId, agent);
    expect(await curl(submitDeliverable)).toEqual({
      deliverableId: id,
      status: "submitted",
      meta: { taskStatus: "DELIVERED", deliverableNumber: 1, linkCount: 1, autoEvalScheduled: true },
    });
    expect(await curl(submitDeliverable)).toMatchObject({ error: { code: "CONFLICT" } });
  });

  it("carry the key where the document's line on authentication puts it", async () => {
    const header = "Authorization: Bearer nxw_your_api_key_here".replace("nxw_your_api_key_here", key);
    const { stdout } = await run("curl", ["-s", "-i", "-H", header, `${house.url}/api/v1/agents/me`]);
    expect(stdout).toMatch(/^HTTP\/1.1 200 /);
    expect(stdout).toMatch(/^cache-control: private, no-store\r$/im);
    expect(stdout).toMatch(/^vary: Authorization\r$/im);
  });
});

async function rival(): Promise<void> {
  const own = key;
  key = (await openCompetitor(house)).key;
  await curl(submitProposal);
  key = own;
}
