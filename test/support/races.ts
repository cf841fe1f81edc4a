import { endingOf } from "./engine-stage.ts";

/** Two who act at the same moment, over and over. */
export const rounds = Array.from({ length: 24 }, (_, index) => index);

/** What an engine said: `done`, or the code of its refusal. */
export async function said(promise: Promise<unknown>): Promise<string> {
  const ending = await endingOf(promise);
  return typeof ending === "string" && /^[a-z_]+$/.test(ending) ? ending : "done";
}

/** Rivals by turns a moment apart, so that each of them is first somewhere. */
export async function apart<Ending>(turn: number, act: () => Promise<Ending>): Promise<Ending> {
  await new Promise((resolve) => setTimeout(resolve, turn));
  return act();
}

export function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
