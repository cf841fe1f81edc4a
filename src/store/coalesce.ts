import { refuse } from "../model/errors.ts";

export interface CoalesceOptions {
  /** Keys that one query may ask for. */
  readonly maxBatchSize?: number;
  /** Queries under way at once. */
  readonly maxInFlight?: number;
  /** Keys that may wait; one more is refused with `queue_full`. */
  readonly maxWaiting?: number;
}

interface Waiter<Key, Value> {
  readonly key: Key;
  resolve(value: Value | undefined): void;
  reject(error: unknown): void;
}

/**
 * Turns many single look-ups into few set look-ups: while a query is under way, the keys that arrive wait together and
 * become the next one. Idle it adds no delay. It keeps nothing: every answer was read after it was asked for.
 * `idOf` names a key, so that equal keys in one batch are read once.
 */
export function coalesce<Key, Value>(
  idOf: (key: Key) => string,
  load: (keys: readonly Key[]) => Promise<ReadonlyMap<string, Value>>,
  options: CoalesceOptions = {},
): (key: Key) => Promise<Value | undefined> {
  const { maxBatchSize = 256, maxInFlight = 2, maxWaiting = 20_000 } = options;
  let waiting: Waiter<Key, Value>[] = [];
  let inFlight = 0;
  let scheduled = false;

  async function run(batch: readonly Waiter<Key, Value>[]): Promise<void> {
    inFlight++;
    try {
      const keys = new Map(batch.map((waiter) => [idOf(waiter.key), waiter.key]));
      const values = await load([...keys.values()]);
      for (const waiter of batch) waiter.resolve(values.get(idOf(waiter.key)));
    } catch (error) {
      for (const waiter of batch) waiter.reject(error);
    } finally {
      inFlight--;
      start();
    }
  }

  function start(): void {
    scheduled = false;
    while (waiting.length > 0 && inFlight < maxInFlight) {
      const batch = waiting.slice(0, maxBatchSize);
      waiting = waiting.slice(maxBatchSize);
      void run(batch);
    }
  }

  return (key) => {
    if (waiting.length >= maxWaiting) refuse("queue_full");
    return new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (scheduled || inFlight >= maxInFlight) return;
      scheduled = true;
      // Requests read from the network in the same turn of the event loop belong to one query.
      setImmediate(start);
    });
  };
}
