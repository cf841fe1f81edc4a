import closeWithGrace from "close-with-grace";
import { readConfig } from "../config/config.ts";
import { administratorLink } from "./administrator-link.ts";
import { createLog } from "./log.ts";
import { openHouse } from "./open-house.ts";

/** Less than the 10 s that supervisors usually wait before they kill. */
const closeTimeoutMs = 9_000;

/** `guildhall serve`: runs until it is told to stop, then finishes what is in flight. */
export async function serve(): Promise<void> {
  const config = readConfig();
  const log = createLog(config);
  const stopping = new AbortController();
  let houseAgent: Promise<void> | undefined;
  const house = await openHouse(config, log, {
    onDatabaseLost: (reason) => {
      log.fatal({ reason }, "the database cannot be kept running");
      process.exitCode = 1;
      grace.close();
    },
  });
  const grace = closeWithGrace({ delay: closeTimeoutMs, logger: false }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, "stopping after an unexpected error");
    else log.info({ signal }, "stopping");
    stopping.abort();
    await houseAgent;
    await house.close();
    log.info("stopped");
  });
  log.info(
    { url: house.url, mode: config.mode, dataFolder: config.dataFolder, adminKeyFile: house.adminKeyFile },
    `Guildhall is open at ${house.url}`,
  );
  if (config.houseAgent) {
    const { runHouseAgent } = await import("./house-agent.ts");
    houseAgent = runHouseAgent(house, config.dataFolder, log, stopping.signal).catch((error: unknown) =>
      log.warn({ err: error }, "the house agent does not work"),
    );
  }
  const link = await administratorLink(house, config.publicUrl);
  if (link === undefined) return;
  process.stdout.write(
    `\nNobody looks after this market in the browser yet. Become its administrator (works once):\n${link}\n\n`,
  );
}
