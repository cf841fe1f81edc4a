import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BatchReport, Engine } from "../../src/engine/engine.ts";
import type { FileOwner } from "../../src/model/party.ts";
import { auditLedger } from "../../src/store/audit.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { countingIds, MemoryMarket } from "../support/memory-market.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { type Ending, endingOf, filesAfterPrologue, prologue, resolve, runInMemory } from "./history.ts";
import type { Executor } from "./resolving.ts";
import { rowsInMemory, rowsInPostgres } from "./rows.ts";
import { exactly, historyOf, type Step } from "./steps.ts";

/** Histories that go on at the same time, each on an engine of its own: as many nodes on one database. */
const sideBySide = 8;
const runs = 125;
const stepsEach = 100;
/** Far enough apart that no two histories share a deadline. */
const yearMs = 366 * 24 * 3_600_000;

let testDatabase: TestDatabase;
let database: Database;
let spaces = 0;
let batches = 0;
let commands = 0;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.address);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

/** Commands between two turns of the clock: one batch. */
interface Round {
  readonly waitMinutes: number;
  /** Uploaded before it. */
  readonly files: readonly FileOwner[];
  readonly sends: ((executor: Executor) => unknown)[];
  readonly endings: Ending[];
}

interface Lived {
  readonly market: MemoryMarket;
  readonly rounds: readonly Round[];
}

function liveInMemory(steps: readonly Step[], space: number): Lived {
  const market = new MemoryMarket({ space, startMs: startOf(space) });
  const rounds: Round[] = [];
  const begin = (waitMinutes: number, files: readonly FileOwner[] = []): Round => {
    market.advanceMinutes(waitMinutes);
    for (const file of files) market.files.set(file.id, file);
    const round = { waitMinutes, files, sends: [], endings: [] };
    rounds.push(round);
    return round;
  };
  let round = begin(0);
  for (const [index, step] of [...prologue, ...steps].entries()) {
    if (index === prologue.length) round = begin(0, filesAfterPrologue(market));
    const resolved = resolve(step, market, space);
    if ("waitMinutes" in resolved) {
      round = begin(resolved.waitMinutes);
      continue;
    }
    round.sends.push(resolved.send);
    round.endings.push(runInMemory(market, resolved.send));
  }
  return { market, rounds };
}

async function upload(files: readonly FileOwner[]): Promise<void> {
  if (files.length === 0) return;
  const text = `insert into files (id, owner_id, name, media_type, size_bytes, sha256, storage_key, created_at)
    select id, owner_id, 'file.txt', 'text/plain', 1, '', id::text, now() from unnest($1::uuid[], $2::uuid[]) f (id, owner_id)`;
  await database.reads.query(text, [files.map(({ id }) => id), files.map(({ ownerId }) => ownerId)]);
}

async function liveInPostgres(rounds: readonly Round[], space: number): Promise<Ending[][]> {
  const clock = new MemoryMarket({ startMs: startOf(space) });
  const reports: BatchReport[] = [];
  const engine = new Engine({
    pool: database.market,
    clock: () => clock.now,
    newId: countingIds(space),
    onBatch: (report) => reports.push(report),
  });
  const endings: Ending[][] = [];
  for (const { waitMinutes, files, sends } of rounds) {
    clock.advanceMinutes(waitMinutes);
    await upload(files);
    const settled = await Promise.allSettled(sends.map((send) => send(engine)));
    endings.push(settled.map((each) => (each.status === "fulfilled" ? { result: each.value } : endingOf(each.reason))));
  }
  await engine.close();
  // Each round must have been one batch indeed, or "the same commands in batches" would not have been tried.
  expect(reports.map((report) => report.commands)).toEqual(
    rounds.map((round) => round.sends.length).filter((length) => length > 0),
  );
  batches += reports.length;
  commands += rounds.reduce((sum, round) => sum + round.sends.length, 0);
  return endings;
}

function startOf(space: number): number {
  return Date.parse("2000-01-01T00:00:00Z") + space * yearMs;
}

async function expectSameBook(steps: readonly Step[]): Promise<void> {
  // The ids of the first space are those of the parties that come with the database.
  const space = ++spaces;
  const { market, rounds } = liveInMemory(steps, space);
  const endings = await liveInPostgres(rounds, space);
  for (const [index, round] of rounds.entries())
    expectSame(`answers of batch ${index + 1}`, endings[index], round.endings);
  const stored = await rowsInPostgres(database.reads, space);
  for (const [table, rows] of Object.entries(rowsInMemory(market))) expectSame(table, stored[table], rows);
}

function expectSame(what: string, actual: unknown, expected: unknown): void {
  // Only a difference is worth the time that a readable comparison takes.
  if (!isDeepStrictEqual(actual, expected)) expect({ [what]: actual }).toEqual({ [what]: expected });
}

it(`gives the same book in batches through PostgreSQL as one by one in memory, ${runs * sideBySide} histories of ${stepsEach} commands`, {
  timeout: 150_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(exactly(historyOf(stepsEach), sideBySide), async (histories) => {
      const settled = await Promise.allSettled(histories.map(expectSameBook));
      for (const each of settled) if (each.status === "rejected") throw each.reason;
    }),
    // Every smaller attempt costs a round through the database.
    { numRuns: runs, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true },
  );
  expect(spaces).toBe(runs * sideBySide);
  expect(commands / batches).toBeGreaterThan(5);
  const report = await auditLedger(database.reads);
  expect(report.rules.filter((rule) => rule.violation !== null)).toEqual([]);
});
