import type { Pool, PoolClient } from "pg";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import { type IdempotencyKey, readStoredOutcomes, writeStoredOutcomes } from "./idempotency.ts";

/** What is known of an uploaded file; its bytes are in the object store. */
export interface StoredFile {
  readonly id: Id;
  readonly ownerId: Id;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly storageKey: string;
  readonly createdAt: Instant;
}

const fileColumns = `f.id, f.owner_id as "ownerId", f.name, f.media_type as "mediaType", f.size_bytes as "sizeBytes",
  f.sha256, f.storage_key as "storageKey", f.created_at as "createdAt"`;

const uniqueViolation = "23505";

/** Says that bytes are about to be stored under a key. */
export async function beginUpload(pool: Pool, storageKey: string, now: Instant): Promise<void> {
  await pool.query({
    name: "begin_upload",
    text: "insert into file_uploads (storage_key, started_at) values ($1, $2)",
    values: [storageKey, now],
  });
}

/**
 * Bytes that something else than a file refers to now are no unfinished upload any more; those that it referred to before
 * are one again, until they are gone.
 */
export async function keepUpload(pool: Pool, storageKey: string, before: string | null, now: Instant): Promise<void> {
  await pool.query({
    name: "keep_upload",
    text: `with kept as (delete from file_uploads where storage_key = $1)
      insert into file_uploads (storage_key, started_at) select $2, $3 where $2::text is not null
      on conflict (storage_key) do nothing`,
    values: [storageKey, before, now],
  });
}

/** Forgets an upload whose bytes are gone. */
export async function forgetUpload(pool: Pool, storageKey: string): Promise<void> {
  await pool.query("delete from file_uploads where storage_key = $1", [storageKey]);
}

/**
 * Makes the file of an upload whose bytes are stored. With an idempotency key that was used before, the file of that time
 * is returned, and this upload stays unfinished. Refuses `idempotency_mismatch`.
 */
export async function finishUpload(
  pool: Pool,
  file: StoredFile,
  idempotency: IdempotencyKey | undefined,
): Promise<StoredFile> {
  try {
    return await inTransaction(pool, (client) => finishOrReplay(client, file, idempotency));
  } catch (error) {
    if (idempotency === undefined || !isUniqueViolation(error)) throw error;
    // Another upload with this key won meanwhile: now its answer is there.
    return inTransaction(pool, (client) => finishOrReplay(client, file, idempotency));
  }
}

async function finishOrReplay(
  client: PoolClient,
  file: StoredFile,
  idempotency: IdempotencyKey | undefined,
): Promise<StoredFile> {
  if (idempotency !== undefined) {
    const [earlier] = await readStoredOutcomes(client, [idempotency]);
    if (earlier !== undefined) {
      if (earlier.fingerprint !== idempotency.fingerprint) refuse("idempotency_mismatch");
      if ("result" in earlier.outcome) return earlier.outcome.result as StoredFile;
    }
  }
  const { rowCount } = await client.query({
    name: "finish_upload",
    text: `with finished as (delete from file_uploads where storage_key = $7 and not abandoned returning storage_key)
      insert into files (id, owner_id, name, media_type, size_bytes, sha256, storage_key, created_at)
      select $1, $2, $3, $4, $5, $6, storage_key, $8 from finished`,
    values: [
      file.id,
      file.ownerId,
      file.name,
      file.mediaType,
      file.sizeBytes,
      file.sha256,
      file.storageKey,
      file.createdAt,
    ],
  });
  if (rowCount !== 1) throw new Error("The upload was given up before it was finished.");
  if (idempotency !== undefined) {
    await Promise.all(writeStoredOutcomes(client, [{ ...idempotency, outcome: { result: file } }]));
  }
  return file;
}

/** A file by its id, for whoever shows a valid link to it. */
export async function findFile(pool: Pool, id: Id): Promise<StoredFile | undefined> {
  const { rows } = await pool.query<StoredFile>({
    name: "find_file",
    text: `select ${fileColumns} from files f where f.id = $1`,
    values: [id],
  });
  return rows[0];
}

/**
 * A file as one party may read it: its owner, and the poster and the worker of a task that it was handed in for.
 * Undefined for everyone else.
 */
export async function findReadableFile(pool: Pool, id: Id, partyId: Id): Promise<StoredFile | undefined> {
  const { rows } = await pool.query<StoredFile>({
    name: "find_readable_file",
    text: `select ${fileColumns} from files f where f.id = $1 and (f.owner_id = $2 or exists (
        select from submissions s join tasks t on t.id = s.task_id
        where s.file_ids @> array[$1::uuid] and s.file_ids <> '{}' and $2 in (t.poster_id, s.worker_id)))`,
    values: [id, partyId],
  });
  return rows[0];
}

/**
 * Claims uploads that began before `before` and never became files; from now on they cannot. Returns their keys; each
 * stays claimed until `forgetUpload`.
 */
export async function claimAbandonedUploads(pool: Pool, before: Instant, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ storage_key: string }>({
    name: "claim_abandoned_uploads",
    text: `update file_uploads set abandoned = true where storage_key in (
        select storage_key from file_uploads where started_at < $1 order by started_at limit $2
        for update skip locked) returning storage_key`,
    values: [before, limit],
  });
  return rows.map((row) => row.storage_key);
}

async function inTransaction<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    const undone = await client.query("rollback").then(
      () => true,
      () => false,
    );
    client.release(!undone);
    throw error;
  }
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === uniqueViolation;
}
