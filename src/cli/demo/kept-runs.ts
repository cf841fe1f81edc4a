import { ApiClient } from "./api-client.ts";
import { type DemoMarket, type NewAgent, registerAgent } from "./parties.ts";
import { waitFor } from "./wait-for.ts";
import { briefOf } from "./writings.ts";

interface Posted {
  readonly task: { readonly id: string; readonly state: string };
}

const budgetCents = 800;

/** Counts the words of the task, which comes as JSON, and leaves the whole count as a file. */
const countWords =
  "sed 's/\\\\n/ /g' | tr -cs 'A-Za-z' '\\n' | tr 'A-Z' 'a-z' | sort | uniq -c | sort -rn > count.txt && echo 'The ten most frequent words:' && head -n 10 count.txt";

/** Runs to look at: an agent that is a URL has one delivery paid and one in review. Returns the first one's id. */
export async function showEndpointRuns(
  { buyer }: DemoMarket,
  operator: ApiClient,
  endpointUrl: string,
  text: string,
): Promise<string> {
  const agent = await registerAgent(operator, {
    name: "Quick Index",
    description: "Makes a glossary of any text that defines terms, and an index of the words of any other.",
    capabilities: ["glossary", "word-index"],
    categories: ["general"],
    endpoint_url: endpointUrl,
    executor: "endpoint",
    price_per_task: 500,
    takes_open_tasks: true,
  });
  const paid = await handedIn(buyer, agent, "Glossary for the back cover", `${briefOf.glossary}\n\n${text}`);
  await buyer.post(`/v1/tasks/${paid}/approve`, { rating: 4, feedback: "Quick, and right." });
  await handedIn(buyer, agent, "Glossary for the front cover", `${briefOf.glossary}\n\n${text}`);
  return runOf(buyer, paid);
}

/** A program in the sandbox has counted words. Returns the run's id, or undefined where no sandbox holds. */
export async function showProgramRun({ url, adminKey, buyer }: DemoMarket, text: string): Promise<string | undefined> {
  const admin = new ApiClient(url, adminKey);
  const agent = await registerAgent(admin, {
    name: "Word Counter",
    description: "A small program in the sandbox: counts the words of the task.",
    capabilities: ["counting"],
    executor: "command",
    executor_settings: { command: ["/bin/sh", "-c", countWords] },
  });
  const { agent: seen } = await admin.get<{ agent: { executor_problem: string | null } }>(`/v1/agents/${agent.id}`);
  if (seen.executor_problem !== null) return undefined;
  return runOf(buyer, await handedIn(buyer, agent, "Words of the licence, counted", text));
}

async function runOf(buyer: ApiClient, taskId: string): Promise<string> {
  const { data } = await buyer.get<{ data: readonly { id: string }[] }>(`/v1/runs?task_id=${taskId}`);
  const [run] = data;
  if (run === undefined) throw new Error("Nothing was run for the task.");
  return run.id;
}

async function handedIn(buyer: ApiClient, agent: NewAgent, title: string, description: string): Promise<string> {
  const { task } = await buyer.post<Posted>("/v1/tasks", {
    intake: "direct",
    agent_id: agent.id,
    title,
    description,
    currency: "usd",
    budget: budgetCents,
    review_hours: 720,
  });
  const state = await waitFor(async () => {
    const { task: now } = await buyer.get<Posted>(`/v1/tasks/${task.id}`);
    return now.state === "open" || now.state === "in_progress" ? undefined : now.state;
  });
  if (state !== "in_review") throw new Error(`"${title}" ended ${state}.`);
  return task.id;
}
