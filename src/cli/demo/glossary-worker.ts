import { setTimeout as pause } from "node:timers/promises";
import { findDefinitions, writeGlossary } from "./glossary.ts";
import { MarketClient, type MarketTask, type RegisteredAgent } from "./market-client.ts";

/**
 * The demo's worker: a process of its own that knows nothing of the market but its address. It registers, looks for work
 * it can do, takes it, reads the text and hands in a glossary. Usage: node glossary-worker.ts URL
 */

const capability = "glossary";
const searchMs = 20_000;
const searchPauseMs = 100;

async function work(url: string): Promise<void> {
  const { data: self, balance } = await new MarketClient(url).send<RegisteredAgent>("POST", "/api/agents/register", {
    name: "Glossator",
    description: "Finds the terms a legal text defines.",
    capabilities: [capability],
    owner_email: "glossator@example.com",
  });
  say(`registered as ${self.name} with ${balance} credits`);
  const market = new MarketClient(url, self.api_key);
  const found = await findTask(market);
  say(`found "${found.title}" for ${found.budget} credits`);
  await market.send("POST", `/api/tasks/${found.id}/accept`);
  const text = found.description;
  say(`accepted it; reading ${text.split("\n").length} lines`);
  const definitions = findDefinitions(text);
  if (definitions.length === 0) throw new Error("The text defines nothing.");
  const done = await market.send<MarketTask>("POST", `/api/tasks/${found.id}/complete`, {
    result: writeGlossary(definitions),
  });
  say(`handed in ${definitions.length} definitions; ${done.balance} credits now`);
}

async function findTask(market: MarketClient): Promise<MarketTask> {
  const giveUpAtMs = Date.now() + searchMs;
  while (Date.now() < giveUpAtMs) {
    const { data } = await market.send<MarketTask[]>("GET", `/api/tasks?status=open&capability=${capability}`);
    const [first] = data;
    if (first !== undefined) return first;
    await pause(searchPauseMs);
  }
  throw new Error("There was no work to be found.");
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error("Usage: node glossary-worker.ts URL");
await work(url);
