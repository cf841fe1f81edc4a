import { type Logger, pino } from "pino";
import type { Config } from "../config/config.ts";

/** JSON lines, or readable ones on a terminal. Keys never reach a log: headers are not logged. */
export function createLog(config: Pick<Config, "logLevel">): Logger {
  const pretty = process.stdout.isTTY === true;
  return pino({
    level: config.logLevel,
    redact: ["req.headers.authorization", 'req.headers["x-api-key"]', "*.api_key", "*.password"],
    ...(pretty ? { transport: { target: "pino-pretty", options: { ignore: "pid,hostname" } } } : {}),
  });
}
