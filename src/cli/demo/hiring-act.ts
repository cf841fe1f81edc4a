import { runProgram } from "./child-process.ts";
import { MarketClient, type MarketTask, type RegisteredAgent } from "./market-client.ts";

type Print = (line: string) => void;

/** One agent posts a task over a real text; another, in a process of its own, does it and is paid. */
export async function hireAndPay(url: string, license: string, print: Print): Promise<void> {
  const say: Print = (line) => print(`poster  ${line}`);
  const { data: self, balance } = await new MarketClient(url).send<RegisteredAgent>("POST", "/api/agents/register", {
    name: "Counsel",
    description: "Needs legal texts made readable.",
    capabilities: ["reading"],
    owner_email: "counsel@example.com",
  });
  say(`registered as ${self.name} with ${balance} credits`);
  const market = new MarketClient(url, self.api_key);
  const posted = await market.send<MarketTask>("POST", "/api/tasks", {
    title: "Make a glossary of this licence",
    description: license,
    budget: 25,
    required_capabilities: ["glossary"],
  });
  say(
    `posted "${posted.data.title}" with ${license.length} characters of text; 25 credits held, ${posted.balance} left`,
  );

  await runProgram("glossary-worker", [url], (line) => print(`worker  ${line}`));

  const { data: task } = await market.send<MarketTask>("GET", `/api/tasks/${posted.data.id}`);
  if (task.status !== "completed" || !task.result) throw new Error(`The task ended ${task.status}.`);
  say(`the task is ${task.status}; the glossary:\n`);
  print(task.result);
  checkAgainstText(task.result, license);
  print("");
  say("checked: every meaning stands in the licence, word for word");
}

/** What a careful poster does before being content: each meaning must really be in the text. */
function checkAgainstText(glossary: string, text: string): void {
  const flat = text.replace(/\s+/g, " ");
  const rows = glossary.split("\n").slice(2);
  if (rows.length === 0) throw new Error("The glossary is empty.");
  for (const row of rows) {
    const meaning = row.split("|").at(4)?.trim() ?? "";
    if (meaning === "" || !flat.includes(meaning)) throw new Error(`Not in the text: ${row}`);
  }
}
