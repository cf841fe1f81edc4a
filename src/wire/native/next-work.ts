import { type Static, Type } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import { refusePaused } from "../../market/approvals.ts";
import { claimTask, type WorkedTask } from "../../market/claim-task.ts";
import { releaseAssignment } from "../../market/release-assignment.ts";
import { resumeRevision } from "../../market/resume-revision.ts";
import { Refusal, type RefusalCode, refuse } from "../../model/errors.ts";
import { findStoredOutcome, type IdempotencyKey } from "../../store/idempotency.ts";
import type { Caller } from "../../store/keys.ts";
import { readOpenWork, type WorkSeeker } from "../../store/open-work.ts";
import { readRevisionsOf } from "../../store/revisions.ts";
import type { WorkOffer, WorkSeat } from "../../store/work-feed.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { retryOf } from "./caller.ts";
import { presentWork } from "./present.ts";
import { answers, Slugs } from "./schemas.ts";
import { HeartbeatSeconds, ownCapabilities, seekerOf, WorkAnswer } from "./work.ts";

const candidatesPerLook = 10;
const maxLooks = 5;

/** Somebody else was quicker, or the task has ended meanwhile: on to the next. */
const overtaken: ReadonlySet<RefusalCode> = new Set([
  "task_taken",
  "task_wrong_state",
  "task_not_found",
  "assignment_not_found",
  "lease_lost",
]);

const Body = Type.Object({
  wait_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 60, default: 0 })),
  capabilities: Type.Optional(Slugs),
  include: Type.Optional(Type.Enum(["board"], { description: "Also tasks from the board that I can do" })),
  heartbeat_seconds: HeartbeatSeconds,
});

/**
 * POST /v1/work/next – 5-native, "long-poll: leases the next task meant for me": my own work that was sent back, then
 * direct tasks, then (with `include` or `capabilities`) the board. 200 · 204 nothing in time · 400 · 401 · 403 paused, and
 * nothing of mine was sent back.
 */
export const nextWork: Route = (app, context) => {
  app.post(
    "/v1/work/next",
    {
      config: requiresKey,
      schema: {
        operationId: "nextWork",
        summary: "Lease the next task meant for me; waits up to wait_seconds for one",
        tags: ["working"],
        body: Body,
        response: { ...answers(200, WorkAnswer), 204: Type.Null({ description: "Nothing to do in time" }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { idempotency } = retryOf(request, caller);
      const given = idempotency === undefined ? undefined : await answerGiven(context, idempotency);
      if (given !== undefined) return presentWork(given);
      const worked = await new Search(
        context,
        caller,
        request,
        reply,
        await boardFor(request.body, caller, context),
      ).run();
      if (worked === undefined) return reply.code(204).send(null);
      return presentWork(worked);
    },
  );
};

/** What an earlier attempt with the same Idempotency-Key was given. Refuses `idempotency_mismatch`. */
async function answerGiven({ reads }: DoorContext, key: IdempotencyKey): Promise<WorkedTask | undefined> {
  const stored = await findStoredOutcome(reads, key);
  if (stored === undefined) return undefined;
  if (stored.fingerprint !== key.fingerprint || !("result" in stored.outcome)) refuse("idempotency_mismatch");
  return stored.outcome.result as WorkedTask;
}

async function boardFor(
  { capabilities, include }: Static<typeof Body>,
  caller: Caller,
  { reads }: DoorContext,
): Promise<WorkSeeker["board"]> {
  if (capabilities !== undefined && capabilities.length > 0) return capabilities;
  return include === "board" ? ownCapabilities(caller, reads) : null;
}

/** One request for work: looks once, then waits for offers. */
class Search {
  readonly #context: DoorContext;
  readonly #caller: Caller;
  readonly #request: FastifyRequest<{ Body: Static<typeof Body> }>;
  readonly #reply: FastifyReply;
  readonly #seeker: WorkSeeker;
  #isGone = false;
  /** What was taken is work that had begun before. */
  #isRevision = false;

  constructor(
    context: DoorContext,
    caller: Caller,
    request: FastifyRequest<{ Body: Static<typeof Body> }>,
    reply: FastifyReply,
    board: WorkSeeker["board"],
  ) {
    this.#context = context;
    this.#caller = caller;
    this.#request = request;
    this.#reply = reply;
    this.#seeker = seekerOf(caller, board);
  }

  /** undefined: nothing in time, or nobody is there any more to be told. */
  async run(): Promise<WorkedTask | undefined> {
    const untilMs = performance.now() + (this.#request.body.wait_seconds ?? 0) * 1_000;
    // Seated before the first look, so that nothing is missed in between.
    const seat = this.#context.workFeed.sit(this.#seeker);
    const onClose = (): void => {
      this.#isGone = !this.#reply.raw.writableFinished;
      seat.close();
    };
    this.#reply.raw.once("close", onClose);
    try {
      const worked = (await this.#look()) ?? (await this.#wait(seat, untilMs));
      if (worked === undefined || !this.#isGone) return worked;
      await this.#giveBack(worked);
      return undefined;
    } finally {
      this.#reply.raw.off("close", onClose);
      seat.leave();
    }
  }

  async #look(): Promise<WorkedTask | undefined> {
    const { reads, clock } = this.#context;
    const revisions = await readRevisionsOf(reads, this.#caller.partyId, candidatesPerLook);
    const offers = revisions.map(({ taskId, assignmentId }) => ({ taskId, revisionId: assignmentId }));
    const resumed = await this.#takeFirst(offers);
    if (resumed !== undefined) return resumed;
    refusePaused(this.#caller);
    for (const part of ["direct", "board"] as const) {
      for (let look = 1; look <= maxLooks; look++) {
        const page = { part, afterId: undefined, limit: candidatesPerLook };
        const tasks = await readOpenWork(reads, this.#seeker, clock(), page);
        const taken = await this.#takeFirst(tasks.map(({ id }) => ({ taskId: id, revisionId: null })));
        if (taken !== undefined) return taken;
        // With a full page taken away by others there may be more behind it.
        if (tasks.length < candidatesPerLook) break;
      }
    }
    return undefined;
  }

  async #wait(seat: WorkSeat, untilMs: number): Promise<WorkedTask | undefined> {
    for (;;) {
      const offer = await seat.next(untilMs - performance.now());
      if (offer === undefined) return undefined;
      // The key may have been revoked in the meantime.
      const holder = await this.#request.callerNow();
      if (holder === undefined || this.#isGone) {
        seat.offer(offer);
        return holder === undefined ? refuse("key_invalid") : undefined;
      }
      if (holder.pausedAt !== null && offer.revisionId === null) {
        seat.offer(offer);
        refusePaused(holder);
      }
      const taken = await this.#takeFirst([offer]);
      if (taken !== undefined) return taken;
    }
  }

  async #takeFirst(offers: readonly WorkOffer[]): Promise<WorkedTask | undefined> {
    for (const offer of offers) {
      if (this.#isGone) return undefined;
      try {
        return await this.#take(offer);
      } catch (error) {
        if (!(error instanceof Refusal && overtaken.has(error.code))) throw error;
      }
    }
    return undefined;
  }

  #take({ taskId, revisionId }: WorkOffer): Promise<WorkedTask> {
    const { engine, heartbeatSeconds } = this.#context;
    const workerId = this.#caller.partyId;
    const options = { ...retryOf(this.#request, this.#caller), remembersRefusals: false };
    if (revisionId !== null) {
      this.#isRevision = true;
      return engine.execute(resumeRevision, { taskId, workerId, assignmentId: revisionId }, options);
    }
    this.#isRevision = false;
    const asked = this.#request.body.heartbeat_seconds;
    return engine.execute(
      claimTask,
      { taskId, workerId, heartbeatSeconds: asked === undefined ? heartbeatSeconds : asked },
      options,
    );
  }

  /**
   * The worker went away while it was given the task: the next one should not have to wait until the lease lapses. Not if
   * it may come back with the same Idempotency-Key to ask what it was given, nor from work it had begun before.
   */
  async #giveBack({ task, assignment }: WorkedTask): Promise<void> {
    if (this.#isRevision || this.#request.headers["idempotency-key"] !== undefined) return;
    const ref = { taskId: task.id, workerId: this.#caller.partyId, assignmentId: assignment.id };
    const reason = "The worker went away before it could be told.";
    await this.#context.engine.execute(releaseAssignment, { ...ref, reason }).catch((error: unknown) => {
      this.#request.log.warn({ err: error }, "a task could not be given back");
    });
  }
}
