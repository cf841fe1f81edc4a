import type { FastifyInstance } from "fastify";
import type { ExecutorKind } from "../../model/run.ts";
import { presentSandbox, type SandboxHealth } from "../shared/sandbox-health.ts";

export interface HealthContext {
  /** Resolves when the database answers; rejects otherwise. */
  readonly pingDatabase: () => Promise<void>;
  readonly queueLength: () => number;
  /** Why agents of these kinds cannot be run by this process. */
  readonly unusableExecutors: () => Readonly<Partial<Record<ExecutorKind, string>>>;
  /** Whether agents' programs can be run here; null: this process runs none. */
  readonly sandbox: () => SandboxHealth | null;
}

const pingTimeoutMs = 2_000;

/**
 * GET /healthz: this process runs. GET /readyz: it can also serve, that is, the database answers; and whether it can run
 * agents' programs, which it need not. 200 · 503.
 */
export function mountHealth(app: FastifyInstance, context: HealthContext): void {
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (request, reply) => {
    const database = await answersInTime(context.pingDatabase).catch((error: unknown) => {
      request.log.warn({ err: error }, "the database does not answer");
      return false;
    });
    reply.code(database ? 200 : 503);
    return {
      status: database ? "ok" : "unavailable",
      database,
      queued_commands: context.queueLength(),
      unusable_executors: context.unusableExecutors(),
      sandbox: presentSandbox(context.sandbox()),
    };
  });
}

async function answersInTime(ping: () => Promise<void>): Promise<boolean> {
  const timeout = AbortSignal.timeout(pingTimeoutMs);
  const late = new Promise<boolean>((resolve) => timeout.addEventListener("abort", () => resolve(false)));
  return Promise.race([ping().then(() => true), late]);
}
