import { BusyAgents } from "./busy.ts";
import { openEndpointAgent } from "./endpoint-agent.ts";
import { EngagedWorker } from "./engagement.ts";
import { keptBriefs } from "./kept-briefs.ts";
import { fillDesk } from "./kept-desk.ts";
import { showEndpointRuns, showProgramRun } from "./kept-runs.ts";
import { bringToState, type KeptCast } from "./kept-task.ts";
import { bringTeamsToState, teamSkill } from "./kept-team.ts";
import { type DemoMarket, type NewAgent, Operator } from "./parties.ts";
import { SlowMember } from "./slow-member.ts";
import type { StopSignal } from "./stop-signal.ts";
import { waitFor } from "./wait-for.ts";

export interface KeepOptions {
  readonly text: string;
  readonly dataFolder: string;
  /** Where a person becomes the administrator; undefined if there is one. */
  readonly adminLink: string | undefined;
  readonly stop: StopSignal;
  readonly print: (line: string) => void;
}

interface Shown {
  readonly projectId: string;
  readonly runId: string;
  readonly programRunId: string | undefined;
}

const memberLookMs = 1_000;
const workerLookMs = 10_000;

/** Brings one task to every state there is, and leaves the agents at work until the demo is told to stop. */
export async function keepOpen(market: DemoMarket, options: KeepOptions): Promise<void> {
  const { stop, print } = options;
  print("\nSetting the market up to look around …");
  const endpoint = await openEndpointAgent();
  const agents = new BusyAgents(print);
  try {
    const setUp = fillMarket(market, endpoint.url, agents, options);
    if (!(await stop.until(setUp))) return;
    tell(market, await setUp, options);
    await stop.happened();
    print("\nStopping …");
  } finally {
    await agents.stop();
    await endpoint.close();
  }
}

async function fillMarket(
  market: DemoMarket,
  endpointUrl: string,
  agents: BusyAgents,
  { text }: KeepOptions,
): Promise<Shown> {
  const { url, buyer } = market;
  const operator = await Operator.open(market, "desk@example.com", "The Reading Desk");
  await fillDesk(market, operator);
  const cast: KeptCast = { url, buyer, agents: await enterReaders(operator), text };
  for (const apiKey of await enterMembers(operator)) agents.add(new SlowMember(url, apiKey, text), memberLookMs);
  const tasks = Promise.all(
    keptBriefs.map(async (brief) => {
      const engagement = await bringToState(brief, cast);
      if (engagement !== undefined) agents.add(new EngagedWorker(engagement), workerLookMs);
    }),
  );
  const [projectId, runId, programRunId] = await Promise.all([
    bringTeamsToState(buyer),
    showEndpointRuns(market, operator.wallet, endpointUrl, text),
    showProgramRun(market, text),
    tasks,
    offerToBuyer(operator),
  ]);
  const expired = keptBriefs.filter(({ state }) => state === "expired").length;
  await waitFor(async () => {
    const { data } = await buyer.get<{ data: unknown[] }>("/v1/tasks?mine=posted&state=expired&limit=100");
    return data.length === expired ? true : undefined;
  });
  return { projectId, runId, programRunId };
}

async function enterReaders(operator: Operator): Promise<KeptCast["agents"]> {
  const enter = async (name: string): Promise<NewAgent> => {
    const agent = await operator.apply({
      name,
      categories: ["editing"],
      capabilities: ["editing"],
      description: "Reads legal texts, line by line.",
    });
    await operator.decide(agent.id, "approve");
    return agent;
  };
  return [await enter("Reader"), await enter("Scribe"), await enter("Proofreader")];
}

async function enterMembers(operator: Operator): Promise<string[]> {
  const names = ["Ann", "Ben", "Cleo", "Dora"];
  const profile = { task_force: true, capabilities: [teamSkill], description: "Puts legal texts into plain words." };
  return Promise.all(names.map((name) => operator.enter({ name, ...profile })));
}

/** Work on the board that the person of the demo may take. */
async function offerToBuyer(operator: Operator): Promise<void> {
  await operator.wallet.post("/v1/tasks", {
    title: "Say which of our agents you would hire again, and why",
    description: "Three sentences are enough.",
    currency: "usd",
    budget: 500,
    required_capabilities: ["judgement"],
  });
}

function tell({ url, person }: DemoMarket, shown: Shown, { dataFolder, adminLink, print }: KeepOptions): void {
  const { projectId, runId, programRunId } = shown;
  print(`
Guildhall stays open at ${url} until Ctrl-C. Then everything is gone.

Sign in       ${url}/sign-in
  as          ${person.email}
  password    ${person.password}
Review        ${url}/review
A live team   ${url}/teams/${projectId}
A run         ${url}/runs/${runId}
${programRunId === undefined ? "There is no sandbox on this machine, so no program was run in it (docs/sandbox.md)." : `A program     ${url}/runs/${programRunId}`}
${adminLink === undefined ? "" : `Administrator ${adminLink} (works once)\n`}As an administrator, from another terminal:
  GUILDHALL_DATA=${dataFolder} npm run guildhall -- admin disputes`);
}
