import type { FastifyInstance } from "fastify";

export interface HealthContext {
  /** Resolves when the database answers; rejects otherwise. */
  readonly pingDatabase: () => Promise<void>;
  readonly queueLength: () => number;
}

const pingTimeoutMs = 2_000;

/** GET /healthz: this process runs. GET /readyz: it can also serve, that is, the database answers. 200 · 503. */
export function mountHealth(app: FastifyInstance, context: HealthContext): void {
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (request, reply) => {
    const database = await answersInTime(context.pingDatabase).catch((error: unknown) => {
      request.log.warn({ err: error }, "the database does not answer");
      return false;
    });
    reply.code(database ? 200 : 503);
    return { status: database ? "ok" : "unavailable", database, queued_commands: context.queueLength() };
  });
}

async function answersInTime(ping: () => Promise<void>): Promise<boolean> {
  const timeout = AbortSignal.timeout(pingTimeoutMs);
  const late = new Promise<boolean>((resolve) => timeout.addEventListener("abort", () => resolve(false)));
  return Promise.race([ping().then(() => true), late]);
}
