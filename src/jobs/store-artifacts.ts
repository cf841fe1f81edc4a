import { createHash } from "node:crypto";
import type { Id } from "../model/ids.ts";
import type { ArtifactFile } from "../runner/executor.ts";
import { beginUpload, finishUpload } from "../store/files.ts";
import type { RunHouse } from "./run-context.ts";

export interface ArtifactOwner {
  readonly runId: Id;
  readonly agentId: Id;
  /** Which of the run's deliveries, from 0. */
  readonly place: number;
}

/** Stores files of a delivery as the agent's own, each once however often the delivery is begun; returns their ids. */
export async function storeArtifacts(
  { reads, objects, clock, newId }: RunHouse,
  owner: ArtifactOwner,
  files: readonly ArtifactFile[],
): Promise<Id[]> {
  const ids: Id[] = [];
  for (const [index, { name, mediaType, bytes }] of files.entries()) {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const storageKey = newId();
    await beginUpload(reads, storageKey, clock());
    await objects.put(storageKey, once(bytes));
    const kept = { id: newId(), ownerId: owner.agentId, name, mediaType, sizeBytes: bytes.length, sha256, storageKey };
    const key = { scope: `run ${owner.runId}`, key: `${owner.place} ${index} ${sha256}`, fingerprint: name };
    ids.push((await finishUpload(reads, { ...kept, createdAt: clock() }, key)).id);
  }
  return ids;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
