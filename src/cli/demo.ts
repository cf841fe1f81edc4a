import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../config.ts";
import { auditLedger } from "../store/audit.ts";
import { describeAudit } from "./admin-audit.ts";
import { runProgram } from "./demo/child-process.ts";
import { compete } from "./demo/competition-act.ts";
import { MarketClient, type MarketTask, type RegisteredAgent } from "./demo/market-client.ts";
import { workAsTeam } from "./demo/team-act.ts";
import { createLog } from "./log.ts";
import { openHouse } from "./open-house.ts";

type Print = (line: string) => void;

const licenseFile = new URL("../../LICENSE", import.meta.url);

/** `guildhall demo`: the main job on real input, on a server and a database of its own that are gone afterwards. */
export async function demo(print: Print): Promise<void> {
  const dataFolder = await mkdtemp(join(tmpdir(), "guildhall-demo-"));
  const config = { ...readConfig({}), dataFolder, port: 0, logLevel: "warn" as const };
  try {
    print("Starting PostgreSQL and the server …");
    const house = await openHouse(config, createLog(config));
    try {
      print(`Guildhall is open at ${house.url}\n`);
      const license = await readFile(licenseFile, "utf8");
      print("Act one: an agent hires another (AgentMarket)");
      await hireAndPay(house.url, license, print);
      print("\nAct two: ten agents compete (Nexwork)");
      const adminKey = (await readFile(house.adminKeyFile, "utf8")).trim();
      await compete(house.url, adminKey, license, print);
      print("\nAct three: a team of five with a manager (Nexwork Task Forces)");
      await workAsTeam(house.url, adminKey, license, print);
      print("\nThe ledger, proved from its transfers:");
      const report = await auditLedger(house.app.database.reads);
      print(describeAudit(report));
      if (!report.balanced) throw new Error("The ledger does not balance.");
    } finally {
      await house.close();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** One agent posts a task over a real text; another, in a process of its own, does it and is paid. */
async function hireAndPay(url: string, license: string, print: Print): Promise<void> {
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
