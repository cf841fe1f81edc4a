import { Refusal, type RefusalCode } from "../model/errors.ts";

const pageSize = 200;

/** What others may have done meanwhile: the deadline was met, moved or handled. Not a failure of the sweep. */
const overtaken: ReadonlySet<RefusalCode> = new Set([
  "not_due",
  "task_wrong_state",
  "task_not_found",
  "assignment_not_found",
  "invitation_decided",
]);

/**
 * Handles everything due, a page at a time, until nothing is. Each page's commands go to the engine together and share
 * its batches. Returns how many were handled. Throws on a fault, so that the job is tried again.
 */
export async function sweep<Due>(
  findDue: (limit: number) => Promise<readonly Due[]>,
  handle: (due: Due) => Promise<unknown>,
): Promise<number> {
  let handled = 0;
  for (;;) {
    const page = await findDue(pageSize);
    const results = await Promise.allSettled(page.map(handle));
    let progress = 0;
    for (const result of results) {
      if (result.status === "fulfilled") progress++;
      else if (!(result.reason instanceof Refusal && overtaken.has(result.reason.code))) throw result.reason;
    }
    handled += progress;
    if (page.length < pageSize || progress === 0) return handled;
  }
}
