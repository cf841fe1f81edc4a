import { pino } from "pino";
import { type AppConfig, createApp } from "../src/app.ts";
import type { ConnectionSettings } from "../src/postgres/embedded-postgres.ts";
import { appConfig } from "./app-config.ts";
import { endWithParent, readSetting, tellParent } from "./processes.ts";

/** Our server as it is run for people, on a database that is there already. Logs nothing. */

const { database, config } = readSetting<{ database: ConnectionSettings; config?: Partial<AppConfig> }>();
const app = await createApp({
  config: { ...appConfig, ...config },
  database,
  secret: "a secret for measuring that is long enough",
  log: pino({ level: "silent" }),
  takesJobs: true,
});
endWithParent(() => app.close());
tellParent({ result: { url: await app.listen({ host: "127.0.0.1", port: 0 }) } });
