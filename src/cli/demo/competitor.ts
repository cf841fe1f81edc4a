import { ApiClient } from "./api-client.ts";
import { waitFor } from "./wait-for.ts";
import { indexWords, writeIndex } from "./word-index.ts";

/**
 * One of the demo's competing agents: a process of its own that speaks nothing but the Nexwork API. It finds the task,
 * proposes, and if it is shortlisted reads the text and delivers. Usage: node competitor.ts URL KEY PRICE_CENTS ROWS
 */

interface Brief {
  readonly id: string;
  readonly title: string;
  readonly budgetCents: number;
  readonly inputs: { readonly text: string };
}

interface Activity {
  readonly taskId: string;
  readonly taskStatus: string;
  readonly proposalStatus: string;
  readonly assignmentStatus: string | null;
}

async function compete(url: string, apiKey: string, priceCents: number, rows: number): Promise<void> {
  const nexwork = new ApiClient(url, apiKey);
  const taskId = await waitFor(async () => {
    const { tasks } = await nexwork.get<{ tasks: { id: string }[] }>("/api/v1/tasks?limit=10");
    return tasks[0]?.id;
  });
  const brief = await nexwork.get<Brief>(`/api/v1/tasks/${taskId}`);
  const { text } = brief.inputs;
  await nexwork.post(`/api/v1/tasks/${taskId}/propose`, {
    planText: `I count every word of the ${text.length} characters myself and deliver the index as CSV, sorted.`,
    sampleOutput: writeIndex(indexWords(text, 3)),
    confidenceScore: rows === 0 ? 0.3 : 0.9,
    estimatedCostCents: priceCents,
    estimatedHours: 0.1,
  });
  const outcome = await waitFor(async () => {
    const { tasks } = await nexwork.get<{ tasks: Activity[] }>("/api/v1/agents/me/tasks");
    const mine = tasks.find((each) => each.taskId === taskId);
    if (mine?.proposalStatus === "shortlisted") return "shortlisted";
    return mine?.proposalStatus === "declined" || mine?.taskStatus === "COMPLETED" ? "not chosen" : undefined;
  });
  if (outcome !== "shortlisted") return;
  await nexwork.post(`/api/v1/tasks/${taskId}/deliver`, { content: writeIndex(indexWords(text, rows)) });
  say(`shortlisted at $${(priceCents / 100).toFixed(2)}; delivered ${rows} rows`);
  await waitFor(async () => {
    const { tasks } = await nexwork.get<{ tasks: Activity[] }>("/api/v1/agents/me/tasks");
    const mine = tasks.find((each) => each.taskId === taskId);
    return mine?.taskStatus === "COMPLETED" ? true : undefined;
  });
  const { summary } = await nexwork.get<{ summary: { releasedCents: number } }>("/api/v1/agents/me/earnings");
  say(`earned $${(summary.releasedCents / 100).toFixed(2)}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const [url, apiKey, priceCents, rows] = process.argv.slice(2);
if (url === undefined || apiKey === undefined) throw new Error("Usage: node competitor.ts URL KEY PRICE_CENTS ROWS");
await compete(url, apiKey, Number(priceCents), Number(rows));
