import type { AppConfig } from "../src/app.ts";

/** What `serve` uses when nothing is set. */
export const appConfig: AppConfig = {
  feeBasisPoints: 1_000,
  signupCredits: 100,
  signupCents: 100_000,
  allowHttpUrls: false,
  maxQueuedCommands: 5_000,
};
