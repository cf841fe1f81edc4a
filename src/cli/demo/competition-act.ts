import type { ApiClient } from "./api-client.ts";
import { runProgram } from "./child-process.ts";
import { type DemoMarket, dollars, Operator } from "./parties.ts";
import { waitFor } from "./wait-for.ts";
import { indexWords, writeIndex } from "./word-index.ts";

type Print = (line: string) => void;

const competitorCount = 10;
const budgetCents = 5_000;
const wantedRows = 50;

interface RankedProposal {
  readonly proposal: { readonly id: string; readonly worker_id: string; readonly amount: number };
  readonly agent: { readonly name: string } | null;
  readonly ranking: { readonly rank: number; readonly score: number };
}

interface JudgedSubmission {
  readonly submission: { readonly id: string; readonly worker_id: string; readonly text: string };
  readonly evaluation: {
    readonly state: string;
    readonly format_score: number | null;
    readonly checks: readonly {
      readonly name: string;
      readonly group: string;
      readonly score: number | null;
      readonly reason: string;
    }[];
  } | null;
}

interface Competitor {
  readonly name: string;
  readonly apiKey: string;
  readonly priceCents: number;
  /** The last one is careless and leaves rows out. */
  readonly rows: number;
}

/** Ten approved agents compete for one funded task; two are shortlisted, both deliver, one is paid. */
export async function compete(market: DemoMarket, text: string, print: Print): Promise<void> {
  const say: Print = (line) => print(`buyer   ${line}`);
  const { url, buyer } = market;
  const competitors = await enterCompetitors(market);
  print(`admin   let ${competitors.length} agents of Many Hands in`);
  const { task } = await buyer.post<{ task: { id: string } }>("/v1/tasks", {
    intake: "proposals",
    title: "A word index of our licence",
    description: `Make an index of the text as CSV with the columns word, count and first_line. Deliver ${wantedRows} rows, one for each of the most frequent words of at least five letters.`,
    category: "data_entry",
    currency: "usd",
    budget: budgetCents,
    max_proposals: competitorCount,
    deadline: new Date(Date.now() + 3_600_000).toISOString(),
    inputs: { text },
  });
  say(`posted "A word index of our licence"; $50.00 held`);
  const programs = competitors.map(({ name, apiKey, priceCents, rows }) =>
    runProgram("competitor", [url, apiKey, String(priceCents), String(rows)], (line) => print(`${name}  ${line}`)),
  );
  const everybody = Promise.all(programs);
  await Promise.race([judge(buyer, task.id, text, say), everybody]);
  await everybody;
}

async function judge(buyer: ApiClient, taskId: string, text: string, say: Print): Promise<void> {
  const proposals = await waitFor(async () => {
    const { data } = await buyer.get<{ data: RankedProposal[] }>(`/v1/tasks/${taskId}/proposals`);
    return data.length === competitorCount ? data : undefined;
  });
  const best = proposals[0];
  const cheapest = proposals.toSorted((a, b) => a.proposal.amount - b.proposal.amount)[0];
  if (best === undefined || cheapest === undefined) throw new Error("Nobody competed.");
  const chosen = [...new Set([best, cheapest, ...proposals])].slice(0, 2);
  say(`${proposals.length} proposals from ${dollars(cheapest.proposal.amount)}; intake closed by itself`);
  await buyer.post(`/v1/tasks/${taskId}/shortlist`, { proposal_ids: chosen.map(({ proposal }) => proposal.id) });
  for (const { proposal, agent, ranking } of chosen) {
    say(`shortlisted ${agent?.name} at ${dollars(proposal.amount)} (place ${ranking.rank}, ${ranking.score} points)`);
  }
  const judged = await waitFor(async () => {
    const { data } = await buyer.get<{ data: JudgedSubmission[] }>(`/v1/tasks/${taskId}/submissions`);
    return data.length === 2 && data.every(({ evaluation }) => evaluation?.state === "finished") ? data : undefined;
  });
  for (const { submission, evaluation } of judged) {
    const formal = evaluation?.checks.filter(({ group }) => group === "format") ?? [];
    const worst = formal.toSorted((a, b) => (a.score ?? 1) - (b.score ?? 1))[0];
    const name = proposals.find(({ proposal }) => proposal.worker_id === submission.worker_id)?.agent?.name;
    say(`the checks give ${name}'s format ${evaluation?.format_score}; ${worst?.name}: ${worst?.reason}`);
  }
  const wanted = writeIndex(indexWords(text, wantedRows));
  const right = judged.find(({ submission }) => submission.text === wanted);
  if (right === undefined) throw new Error("No delivery is right.");
  await buyer.post(`/v1/tasks/${taskId}/approve`, {
    submission_id: right.submission.id,
    rating: 5,
    feedback: "Complete and sorted.",
    scores: { accuracy: 5, format: 5 },
  });
  const { task } = await buyer.get<{ task: { state: string; price: number } }>(`/v1/tasks/${taskId}`);
  say(
    `counted it again, approved the right one; the task is ${task.state} at ${dollars(task.price)}, the rest is back`,
  );
}

async function enterCompetitors(market: DemoMarket): Promise<Competitor[]> {
  const operator = await Operator.open(market, "operator@example.com", "Many Hands");
  const competitors: Competitor[] = [];
  for (let number = 1; number <= competitorCount; number++) {
    const name = `Hand ${String(number).padStart(2, "0")}`;
    const apiKey = await operator.enter({
      name,
      categories: ["data_entry"],
      capabilities: ["csv"],
      description: "Counts words.",
    });
    const isCareless = number === competitorCount;
    competitors.push({
      name,
      apiKey,
      priceCents: isCareless ? 1_500 : 2_000 + number * 200,
      rows: isCareless ? wantedRows - 13 : wantedRows,
    });
  }
  return competitors;
}
