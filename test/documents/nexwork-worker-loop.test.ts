import { readFile } from "node:fs/promises";
import { runInThisContext } from "node:vm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Member } from "../support/native-client.ts";
import { NexworkClient } from "../support/nexwork-client.ts";
import { aSubtask, ProjectClient } from "../support/project-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

/** What the document's loop calls `nx`. */
interface Nexwork {
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
}

interface Handoff {
  readonly projectBrief: string;
  readonly subtaskBrief: string;
  readonly dependencyOutputs: readonly { readonly title: string; readonly deliverableContent: string | null }[];
}

interface ExecutionResult {
  readonly blocker?: string;
  readonly finalMarkdown?: string;
  readonly fileUrls?: readonly string[];
}

type ExecuteScopedWork = (handoff: Handoff) => Promise<ExecutionResult>;
type WorkerLoop = (nx: Nexwork, subtaskId: string) => Promise<void>;

/** The loop as the document prints it, character for character; it finds `executeScopedWork` around itself. */
const printed = await readFile(new URL("./nexwork_worker_loop.txt", import.meta.url), "utf8");
const loopWith: (executeScopedWork: ExecuteScopedWork) => WorkerLoop = runInThisContext(
  `(executeScopedWork) => { ${printed}\nreturn runAssignedSubtask; }`,
);

const plan = [
  aSubtask("list", [], {
    title: "List",
    description: "List three lamp makers as CSV with the columns maker and country.",
  }),
  aSubtask("prices", ["list"], {
    title: "Prices",
    description: "Write down the price of a desk lamp of each lamp maker.",
  }),
  aSubtask("reviews", ["list"], { title: "Reviews", description: "Sum up what customers say of each lamp maker." }),
  aSubtask("history", ["list"], { title: "History", description: "Tell in which year each lamp maker was founded." }),
  aSubtask("report", ["prices", "reviews", "history"], {
    title: "Report",
    description: "Put the prices, the customers' reviews and the founding years of the lamp makers into one report.",
  }),
];
const list = "maker,country\nAlpha,Norway\nBeta,Italy\nGamma,Japan";
const corrected = "maker,country\nAlpha,Sweden\nBeta,Italy\nGamma,Japan";
const outputs: Readonly<Record<string, string>> = {
  Prices:
    "The price of a desk lamp of each lamp maker: Alpha 90, Beta 120, Gamma 75 dollars. That is written down here.",
  Reviews: "What customers say of each lamp maker, summed up: Alpha lasts, Beta is pretty, Gamma is cheap.",
  History:
    "In which year each lamp maker was founded: Alpha in 1961, Beta in 1984, Gamma in 2003. That is all to tell.",
};

let house: TestHouse;
let team: ProjectClient;
beforeAll(async () => {
  house = await openTestHouse({ takesJobs: true });
  team = await ProjectClient.open(house);
});
afterAll(() => house.close());

/** How the members behave; all of it is decided by the subtask, whoever has it. */
class Crew {
  readonly upstream: Record<string, string[]> = {};
  readonly worked: Record<string, Member[]> = {};
  #over = false;
  #blocked = false;
  readonly #house: TestHouse;

  constructor(crewHouse: TestHouse) {
    this.#house = crewHouse;
  }

  end(): void {
    this.#over = true;
  }

  /** Who has delivered it. */
  authorOf(title: string): Member {
    const author = this.worked[title]?.at(-1);
    if (author === undefined) throw new Error(`Nobody has worked on ${title}.`);
    return author;
  }

  /** One agent: it knows nothing but the document's routes and looks for its work there. */
  async work(member: Member): Promise<void> {
    const client = new NexworkClient(this.#house.url);
    const nx: Nexwork = {
      get: async (path) => expectFine(await client.get(path, member.key)),
      post: async (path, body) => expectFine(await client.post(path, member.key, body)),
    };
    while (!this.#over) {
      const { subtasks } = (await nx.get("/agents/me/tasks")) as {
        subtasks: { id: string; title: string; status: string }[];
      };
      for (const { id, title, status } of subtasks) {
        if (status === "ASSIGNED" || status === "REVISION" || (await this.#isAnswered(nx, id, status))) {
          await this.#take(member, nx, id, title);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #take(member: Member, nx: Nexwork, id: string, title: string): Promise<void> {
    const before = this.worked[title] ?? [];
    this.worked[title] = [...before, member];
    if (title === "Prices" && before.length === 0) {
      await nx.get(`/subtasks/${id}/context`);
      await nx.post(`/subtasks/${id}/messages`, { content: "Picked this up.", subtaskId: id });
      const { assignment } = await team.see(`/v1/subtasks/${id}`, member.key);
      await team.expect(200, `/v1/assignments/${assignment.id}/release`, member.key, { reason: "Out of power." });
      return;
    }
    await loopWith((handoff) => this.#execute(title, before.length, handoff))(nx, id);
  }

  async #execute(title: string, earlier: number, handoff: Handoff): Promise<ExecutionResult> {
    expect(handoff.projectBrief).toContain("A report on lamps.");
    this.upstream[title] = handoff.dependencyOutputs.map((each) => `${each.title}: ${each.deliverableContent}`);
    if (title === "List") return { finalMarkdown: earlier === 0 ? '{"maker": "Alpha, Beta and Gamma"}' : list };
    if (title === "Reviews" && earlier === 0) {
      this.#blocked = true;
      return { blocker: "I need buyer guidance on which shops' customers to listen to." };
    }
    if (title !== "Report") return { finalMarkdown: outputs[title] ?? "", fileUrls: ["https://example.com/source"] };
    const parts = handoff.dependencyOutputs.map(({ deliverableContent }) => deliverableContent);
    return { finalMarkdown: `The report on lamp makers.\n\n${parts.join("\n\n")}` };
  }

  /** Whether this is the member that was blocked, and the buyer has answered it in its thread. */
  async #isAnswered(nx: Nexwork, id: string, status: string): Promise<boolean> {
    if (!this.#blocked || status !== "IN_PROGRESS") return false;
    const { messages } = (await nx.get(`/subtasks/${id}/messages?scope=subtask`)) as {
      messages: { senderType: string }[];
    };
    const answered = messages.some(({ senderType }) => senderType === "buyer");
    if (answered) this.#blocked = false;
    return answered;
  }
}

function expectFine({ status, body }: { status: number; body: unknown }): unknown {
  if (status >= 300) throw new Error(`Answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

it("the document's worker loop, unchanged, brings a diamond of subtasks through a blocker, a revision and a drop-out to the buyer's approval", async () => {
  const { buyer } = team;
  const members: Member[] = [];
  for (let number = 0; number < 6; number++) members.push(await team.agent({ name: `Member ${number}` }));
  const crew = new Crew(house);
  const working = Promise.all(members.map((member) => crew.work(member)));
  const project = await team.project(plan);

  const lead = async (): Promise<void> => {
    const asked = async () => {
      const { data } = await team.see(`/v1/projects/${project.id}/messages`, buyer.key);
      return data.find(({ message_type: type }: { message_type: string }) => type === "blocker")?.content;
    };
    await expect.poll(asked, { timeout: 30_000 }).toContain("which shops' customers");
    await expect.poll(() => crew.upstream.History, { timeout: 30_000 }).toBeDefined();
    // While one member waits, what it was handed is corrected; it hears of that before it goes on.
    await team.expect(200, `/v1/subtasks/${project.parts.list}/amend`, crew.authorOf("List").key, { text: corrected });
    const told = async () => {
      const { data } = await team.see(`/v1/subtasks/${project.parts.reviews}/messages`, buyer.key);
      return data.map(({ content }: { content: string }) => content).join("\n");
    };
    await expect.poll(told, { timeout: 30_000 }).toContain('"List", which you build on, has changed');
    const answer = { content: "Listen to the customers of all shops." };
    await team.expect(201, `/v1/subtasks/${project.parts.reviews}/messages`, buyer.key, answer);
    const state = async () => (await team.see(`/v1/projects/${project.id}`, buyer.key)).project.state;
    await expect.poll(state, { timeout: 30_000 }).toBe("in_review");
    await team.expect(200, `/v1/tasks/${project.id}/approve`, buyer.key, { rating: 5 });
  };
  await Promise.race([lead(), working]).finally(() => crew.end());
  await working;

  expect(crew.upstream.History).toEqual([`List: ${list}`]);
  expect(crew.upstream.Reviews).toEqual([`List: ${corrected}`]);
  expect(crew.upstream.Report).toEqual([
    `Prices: ${outputs.Prices}`,
    `Reviews: ${outputs.Reviews}`,
    `History: ${outputs.History}`,
  ]);
  expect(crew.worked.List).toHaveLength(2);
  expect(crew.worked.Reviews).toHaveLength(2);
  expect(new Set(crew.worked.Prices)).toHaveProperty("size", 2);
  expect(new Set(Object.values(crew.worked).flat()).size).toBeGreaterThanOrEqual(5);
  const { project: ended } = await team.see(`/v1/projects/${project.id}`, buyer.key);
  expect(ended).toMatchObject({ state: "completed", money: { budget: 10_000, spent: 5_000 } });
  // Five parts at 10 dollars; the other 50 came back.
  expect(await centsOf(buyer)).toBe(100_000 - 5_000);
  const earned = await Promise.all(members.map(centsOf));
  expect(earned.reduce((sum, cents) => sum + cents, 0)).toBe(5 * 900);
  await house.expectLedgerToBalance();
}, 90_000);

async function centsOf({ key }: Member): Promise<number> {
  const { balances } = await team.see("/v1/wallet", key);
  return balances.find(({ currency }: { currency: string }) => currency === "usd")?.balance ?? 0;
}
