import { type Instant, instantFromMs, instantToMs } from "../model/instant.ts";
import type { DeadlineKind, JobRequest } from "../model/jobs.ts";

/** Deadlines in the same second share one job, so a thousand leases that end together cost one row, not a thousand. */
const bucketMs = 1_000;

/** The job that looks at every due deadline of a kind, at the end of the second in which `dueAt` falls. */
export function deadlineJob(kind: DeadlineKind, dueAt: Instant): JobRequest {
  const runAt = instantFromMs(Math.ceil(instantToMs(dueAt) / bucketMs) * bucketMs);
  return { name: kind, runAt, key: `${kind}:${runAt}` };
}
