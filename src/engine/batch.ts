import type pg from "pg";
import { Book } from "../market/book.ts";
import type { Loads } from "../market/command.ts";
import { Refusal } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import { joinLoads, loadBook } from "../store/book/load-book.ts";
import { saveBook } from "../store/book/save-book.ts";
import {
  type IdempotencyKey,
  type Outcome,
  readStoredOutcomes,
  type StoredOutcome,
  writeStoredOutcomes,
} from "../store/idempotency.ts";

/** One command in a batch, its input already bound. */
export interface BatchEntry {
  readonly command: string;
  readonly loads: Loads;
  readonly idempotency: IdempotencyKey | undefined;
  readonly remembersRefusals: boolean;
  decide(book: Book): unknown;
}

export type BatchOutcome = { readonly result: unknown } | { readonly error: unknown };

export interface BatchSetting {
  readonly pool: pg.Pool;
  readonly clock: () => Instant;
  readonly newId: () => Id;
  readonly onFault?: (error: unknown, commands: readonly string[]) => void;
}

/**
 * Runs a batch as one transaction: load and lock, decide each command in memory, write everything, commit. Returns one
 * outcome per entry. Throws what the database throws; then nothing was committed, unless the connection was lost, when
 * it cannot be known.
 */
export async function runBatch(setting: BatchSetting, batch: readonly BatchEntry[]): Promise<BatchOutcome[]> {
  const client = await setting.pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on("error", onError);
  try {
    return await transact(client, setting, batch);
  } catch (error) {
    broken ??= await rollBack(client);
    throw error;
  } finally {
    client.off("error", onError);
    client.release(broken);
  }
}

async function transact(
  client: pg.PoolClient,
  setting: BatchSetting,
  batch: readonly BatchEntry[],
): Promise<BatchOutcome[]> {
  const keys = batch.flatMap((entry) => (entry.idempotency === undefined ? [] : [entry.idempotency]));
  const [, stored, contents] = await together([
    client.query("begin"),
    readStoredOutcomes(client, keys),
    loadBook(client, joinLoads(batch.map((entry) => entry.loads))),
  ] as const);
  const book = new Book(contents, { now: setting.clock(), newId: setting.newId });
  const answers = new Answers(stored);
  const outcomes = batch.map((entry) => decide(entry, book, answers, setting));
  const sent = [...saveBook(client, book.changes()), ...writeStoredOutcomes(client, answers.fresh)];
  const commit = client.query("commit");
  await together([...sent, commit]);
  // A commit after a failed statement answers ROLLBACK. `together` has thrown by then; this is the last line of defence.
  if ((await commit).command !== "COMMIT") throw new Error("The transaction was rolled back.");
  return outcomes;
}

function decide(entry: BatchEntry, book: Book, answers: Answers, setting: BatchSetting): BatchOutcome {
  const given = entry.idempotency && answers.find(entry.idempotency);
  if (given !== undefined) return given;
  const outcome = attempt(entry, book, setting);
  const isAnswer = "result" in outcome || entry.remembersRefusals;
  if (entry.idempotency !== undefined && isAnswer) answers.remember(entry.idempotency, outcome);
  return outcome;
}

function attempt(entry: BatchEntry, book: Book, setting: BatchSetting): BatchOutcome {
  try {
    return { result: book.attempt(entry.command, () => entry.decide(book)) };
  } catch (error) {
    if (error instanceof Refusal) return { error };
    setting.onFault?.(error, [entry.command]);
    return { error: new Refusal("internal") };
  }
}

/** Answers given before under an Idempotency-Key, from earlier transactions and from earlier in this batch. */
class Answers {
  readonly fresh: StoredOutcome[] = [];
  readonly #known = new Map<string, StoredOutcome>();

  constructor(stored: readonly StoredOutcome[]) {
    for (const answer of stored) this.#known.set(mapKey(answer), answer);
  }

  find(idempotency: IdempotencyKey): BatchOutcome | undefined {
    const known = this.#known.get(mapKey(idempotency));
    if (known === undefined) return undefined;
    if (known.fingerprint !== idempotency.fingerprint) return { error: new Refusal("idempotency_mismatch") };
    if ("result" in known.outcome) return { result: known.outcome.result };
    const { code, message, details } = known.outcome.refused;
    return { error: new Refusal(code, { message, details }) };
  }

  /** A fault of ours is not an answer: a retry may do better. */
  remember(idempotency: IdempotencyKey, outcome: BatchOutcome): void {
    const replayable = toReplayable(outcome);
    if (replayable === undefined) return;
    const answer = { ...idempotency, outcome: replayable };
    this.#known.set(mapKey(idempotency), answer);
    this.fresh.push(answer);
  }
}

function toReplayable(outcome: BatchOutcome): Outcome | undefined {
  if ("result" in outcome) return { result: outcome.result };
  if (!(outcome.error instanceof Refusal) || outcome.error.kind === "internal") return undefined;
  const { code, message, details } = outcome.error;
  return { refused: { code, message, details } };
}

function mapKey(idempotency: IdempotencyKey): string {
  return `${idempotency.scope}\n${idempotency.key}`;
}

/** Waits for all, then throws the first failure: a pipelined connection must be quiet before it is used again. */
async function together<const T extends readonly Promise<unknown>[]>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(promises);
  for (const each of settled) if (each.status === "rejected") throw each.reason;
  return settled.map((each) => (each.status === "fulfilled" ? each.value : undefined)) as {
    -readonly [K in keyof T]: Awaited<T[K]>;
  };
}

/** Returns an error when the connection cannot be used again. */
async function rollBack(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query("rollback");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
