import { setTimeout as pause } from "node:timers/promises";

const patienceMs = 60_000;
const pauseMs = 150;

/** Looks again and again until there is something. */
export async function waitFor<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  const giveUpAtMs = Date.now() + patienceMs;
  while (Date.now() < giveUpAtMs) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(pauseMs);
  }
  throw new Error("Nothing happened for a minute.");
}
