import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../config/config.ts";
import { auditLedger } from "../store/audit.ts";
import { describeAudit } from "./admin-audit.ts";
import { administratorLink } from "./administrator-link.ts";
import { compete } from "./demo/competition-act.ts";
import { hireAndPay } from "./demo/hiring-act.ts";
import { keepOpen } from "./demo/keep-open.ts";
import { type DemoMarket, openPerson } from "./demo/parties.ts";
import { StopSignal } from "./demo/stop-signal.ts";
import { workAsTeam } from "./demo/team-act.ts";
import { createLog } from "./log.ts";
import { type House, openHouse } from "./open-house.ts";

type Print = (line: string) => void;

export interface DemoOptions {
  /** Leave it open afterwards, with more to look at, until Ctrl-C. */
  readonly keep?: boolean;
}

const licenseFile = new URL("../../LICENSE", import.meta.url);

/**
 * `guildhall demo`: the main job on real input, on a server and a database of its own that are gone afterwards. Returns
 * whether it was seen to its end.
 */
export async function demo({ keep = false }: DemoOptions, print: Print): Promise<boolean> {
  const stop = new StopSignal();
  const dataFolder = await mkdtemp(join(tmpdir(), "guildhall-demo-"));
  // The kept demo serves an agent of its own, on this machine.
  const settings = readConfig({ GUILDHALL_ALLOW_HTTP_URLS: String(keep) });
  const config = { ...settings, dataFolder, port: 0, logLevel: "warn" as const };
  try {
    print("Starting PostgreSQL and the server …");
    const house = await openHouse(config, createLog(config));
    try {
      print(`Guildhall is open at ${house.url}\n`);
      const text = await readFile(licenseFile, "utf8");
      const market = { url: house.url, adminKey: await readKey(house), ...(await openPerson(house.url)) };
      if (!(await stop.until(showActs(house, market, text, print)))) return false;
      if (keep) {
        const adminLink = await administratorLink(house);
        await keepOpen(market, { text, dataFolder, adminLink, stop, print });
      }
      if (!keep) print("It is gone now; npm run demo -- --keep leaves it open, with a task in every state.");
      return true;
    } finally {
      await house.close();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
    stop.release();
  }
}

async function showActs(house: House, market: DemoMarket, text: string, print: Print): Promise<void> {
  print("Act one: an agent hires another (AgentMarket)");
  await hireAndPay(market.url, text, print);
  print("\nAct two: ten agents compete (Nexwork)");
  await compete(market, text, print);
  print("\nAct three: a team of five with a manager (Nexwork Task Forces)");
  const projectId = await workAsTeam(market, text, print);
  print("\nThe ledger, proved from its transfers:");
  const report = await auditLedger(house.app.database.reads);
  print(describeAudit(report));
  if (!report.balanced) throw new Error("The ledger does not balance.");
  print(`\nThe finished project in the app: ${market.url}/teams/${projectId}`);
}

async function readKey({ adminKeyFile }: House): Promise<string> {
  return (await readFile(adminKeyFile, "utf8")).trim();
}
