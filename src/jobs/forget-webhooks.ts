import { addHours } from "../model/instant.ts";
import { forgetMessages } from "../store/webhook-queue.ts";
import type { Job } from "./context.ts";

const keptHours = 30 * 24;
const pageSize = 1_000;

/** Forgets what was sent so long ago that nobody will look into it or send it again. */
export const forgetWebhooks: Job = async ({ reads, clock }) => {
  let forgotten = 0;
  for (;;) {
    const count = await forgetMessages(reads, addHours(clock(), -keptHours), pageSize);
    forgotten += count;
    if (count < pageSize) return forgotten;
  }
};
