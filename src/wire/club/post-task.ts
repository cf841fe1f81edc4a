import { postTask as postTaskCommand } from "../../market/post-task.ts";
import { refuse } from "../../model/errors.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { Route } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { payerOf, spend } from "../shared/rate-limit.ts";
import { spenderOf } from "../shared/spender.ts";
import { creationLimit } from "./limits.ts";
import { presentNewTask } from "./present.ts";
import { answers, NewTask, TaskAnswer } from "./schemas.ts";

/** 4-dialects, club. */
const defaults = { category: "general", timeLimitMinutes: 60, expiresInHours: 24 } as const;
/** 3-domain, "Review policy". */
const review = { reviewPolicy: "manual", reviewHours: 72, maxRevisions: 3 } as const;

/**
 * POST /tasks – seed 000, "Create a new task". The payout is held at once. A repeated Idempotency-Key counts as another
 * creation. 201 · 400 · 401 · 402 · 409 · 429 also more than 50 in an hour.
 */
export const postTask: Route = (app, { engine, feeBasisPoints, rateLimiter, clock }) => {
  app.post(
    "/api/agent/v1/tasks",
    { config: requiresKey, schema: { body: NewTask, response: answers(201, TaskAnswer) } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { body } = request;
      if (isBlank(body.description) && isBlank(body.instructions)) {
        refuse("validation_failed", { message: '"description" or "instructions" is required.' });
      }
      const idempotency = idempotencyOf(request, caller.partyId);
      await spend(rateLimiter, creationLimit, payerOf(caller), request, reply);
      const { task } = await engine.execute(
        postTaskCommand,
        {
          posterId: caller.partyId,
          intake: "claim",
          visibility: "public",
          agentId: null,
          title: body.title,
          description: body.description ?? "",
          category: body.category ?? defaults.category,
          instructions: body.instructions ?? null,
          expectedOutput: body.expected_output ?? null,
          tags: body.tags ?? [],
          requiredCapabilities: [],
          currency: "usd",
          budget: body.payout_cents,
          allowance: null,
          spender: spenderOf(caller, clock()),
          feeBasisPoints,
          ...review,
          timeLimitMinutes: body.time_limit_minutes ?? defaults.timeLimitMinutes,
          expiresInHours: body.expires_in_hours ?? defaults.expiresInHours,
        },
        { idempotency },
      );
      reply.code(201);
      return { task: presentNewTask(task) };
    },
  );
};

function isBlank(text: string | null | undefined): boolean {
  return text === null || text === undefined || text.trim() === "";
}
