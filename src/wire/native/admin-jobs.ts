import { Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import { readJobCounts, readTroubledJobs, retryJob as retryJobNow, unlockJobs } from "../../store/job-queue.ts";
import type { Route } from "../shared/door.ts";
import { adminOnly } from "./caller.ts";
import { answers, IdParams, Moment, NoFields, NullableMoment, NullableText } from "./schemas.ts";

/** More are of no use on one page: what failed alike is mended alike. */
const maxTroubled = 100;
const jobNumber = /^[1-9]\d{0,17}$/;
const Count = Type.Integer({ minimum: 0 });

const Queue = Type.Object({
  counts: Type.Array(
    Type.Object({
      name: Type.String({ description: "What the job does: expire-tasks, fan-out-webhooks, …" }),
      running: Count,
      due: Type.Integer({ minimum: 0, description: "Due, and not taken yet" }),
      scheduled: Type.Integer({ minimum: 0, description: "For later" }),
      retrying: Type.Integer({ minimum: 0, description: "Failed, and tried again later" }),
      failed: Type.Integer({ minimum: 0, description: "Failed as often as it may" }),
    }),
  ),
  jobs: Type.Array(
    Type.Object({
      id: Type.String({ description: "A whole number" }),
      name: Type.String(),
      state: Type.Enum(["running", "stuck", "retrying", "failed"], {
        description: "stuck: the server that holds it is gone",
      }),
      attempts: Count,
      max_attempts: Count,
      last_error: NullableText,
      run_at: Moment,
      locked_at: NullableMoment,
    }),
    { description: "Those that have failed or that a server holds, the last touched first; at most 100" },
  ),
});

/** GET /v1/admin/jobs – what the job queue holds. 200 · 401 · 403. */
export const listJobs: Route = (app, { reads }) => {
  app.get(
    "/v1/admin/jobs",
    {
      ...adminOnly,
      schema: {
        operationId: "listJobs",
        summary: "The job queue: how many jobs stand where, and those that have failed",
        tags: ["admin"],
        response: answers(200, Queue),
      },
    },
    async () => {
      const [counts, troubled] = await Promise.all([readJobCounts(reads), readTroubledJobs(reads, maxTroubled)]);
      return {
        counts,
        jobs: troubled.map((job) => ({
          id: job.id,
          name: job.name,
          state: stateOf(job),
          attempts: job.attempts,
          max_attempts: job.maxAttempts,
          last_error: job.lastError,
          run_at: job.runAt,
          locked_at: job.lockedAt,
        })),
      };
    },
  );
};

type Troubled = Awaited<ReturnType<typeof readTroubledJobs>>[number];

function stateOf({ isHolderAlive, attempts, maxAttempts }: Troubled) {
  if (isHolderAlive !== null) return isHolderAlive ? ("running" as const) : ("stuck" as const);
  return attempts >= maxAttempts ? ("failed" as const) : ("retrying" as const);
}

/** POST /v1/admin/jobs/{id}/retry – due at once, as if it had never failed. 200 · 401 · 403 · 404 gone, or running. */
export const retryJob: Route = (app, { reads }) => {
  app.post(
    "/v1/admin/jobs/:id/retry",
    {
      ...adminOnly,
      schema: {
        operationId: "retryJob",
        summary: "Run a job again at once, as if it had never failed",
        tags: ["admin"],
        params: IdParams,
        body: NoFields,
        response: answers(200, Type.Object({ retried: Type.Boolean() })),
      },
    },
    async ({ params: { id } }) => {
      if (!jobNumber.test(id) || !(await retryJobNow(reads, id))) refuse("job_not_found");
      return { retried: true };
    },
  );
};

/** POST /v1/admin/jobs/unlock – jobs of servers that are gone go back to the queue. 200 · 401 · 403. */
export const unlockStuckJobs: Route = (app, { reads }) => {
  app.post(
    "/v1/admin/jobs/unlock",
    {
      ...adminOnly,
      schema: {
        operationId: "unlockJobs",
        summary: "Give the jobs that no living server holds back to the queue",
        tags: ["admin"],
        body: NoFields,
        response: answers(200, Type.Object({ unlocked: Count })),
      },
    },
    async () => ({ unlocked: await unlockJobs(reads) }),
  );
};
