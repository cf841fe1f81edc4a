import fc from "fast-check";
import { MemoryMarket } from "../support/memory-market.ts";
import { filesAfterPrologue, prologue, resolve, runInMemory } from "./history.ts";
import { historyOf } from "./steps.ts";
const tally = new Map<string, number>();
const n = 150;
const t0 = process.cpuUsage();
const all = fc.sample(historyOf(100), { numRuns: n, seed: 5 });
const t1 = process.cpuUsage(t0);
for (const steps of all) {
  const m = new MemoryMarket();
  for (const [i, step] of [...prologue, ...steps].entries()) {
    if (i === prologue.length) for (const f of filesAfterPrologue(m)) m.files.set(f.id, f);
    const r = resolve(step, m, 0);
    if ("waitMinutes" in r) { m.advanceMinutes(r.waitMinutes); continue; }
    const e = runInMemory(m, r.send);
    const k = `${step.do}: ${"refused" in e ? e.refused : "done"}`;
    tally.set(k, (tally.get(k) ?? 0) + 1);
  }
}
const t2 = process.cpuUsage(t0);
console.log([...tally].sort().map(([k, v]) => `${k} ${Math.round(v * 1000 / n)}`).join(" | "));
console.log(t1.user / 1e3, t2.user / 1e3);
