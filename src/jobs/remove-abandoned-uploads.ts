import { addHours } from "../model/instant.ts";
import { claimAbandonedUploads, forgetUpload } from "../store/files.ts";
import type { Job } from "./context.ts";

const keptHours = 24;
const pageSize = 100;

/** Removes stored bytes that never became a file: an upload is announced before its first byte, so a crash leaves a name. */
export const removeAbandonedUploads: Job = async ({ reads, clock, objects }) => {
  let removed = 0;
  for (;;) {
    const keys = await claimAbandonedUploads(reads, addHours(clock(), -keptHours), pageSize);
    for (const key of keys) {
      await objects.remove(key);
      await forgetUpload(reads, key);
    }
    removed += keys.length;
    if (keys.length < pageSize) return removed;
  }
};
