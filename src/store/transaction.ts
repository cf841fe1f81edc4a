import type { Pool, PoolClient } from "pg";
import { refuse } from "../model/errors.ts";
import { type IdempotencyKey, readStoredOutcomes, writeStoredOutcomes } from "./idempotency.ts";

const uniqueViolation = "23505";

/** Does `work` in one transaction, for what is neither a task nor money. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((fault: Error) => {
      broken = fault;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Does `work` in one transaction and, under an Idempotency-Key, once: a repeated request is given the result of the first.
 * The result must survive JSON. Refuses `idempotency_mismatch`.
 */
export async function once<Result>(
  pool: Pool,
  idempotency: IdempotencyKey | undefined,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  if (idempotency === undefined) return inTransaction(pool, work);
  const workOrReplay = async (client: PoolClient): Promise<Result> => {
    const [stored] = await readStoredOutcomes(client, [idempotency]);
    if (stored !== undefined) {
      if (stored.fingerprint !== idempotency.fingerprint || !("result" in stored.outcome)) {
        return refuse("idempotency_mismatch");
      }
      return stored.outcome.result as Result;
    }
    const result = await work(client);
    await Promise.all(writeStoredOutcomes(client, [{ ...idempotency, outcome: { result } }]));
    return result;
  };
  try {
    return await inTransaction(pool, workOrReplay);
  } catch (error) {
    const overtaken = error instanceof Error && "code" in error && error.code === uniqueViolation;
    if (!overtaken) throw error;
    // The same request won meanwhile, elsewhere: now its result is there.
    return inTransaction(pool, workOrReplay);
  }
}
