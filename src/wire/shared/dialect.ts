import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Refusal } from "../../model/errors.ts";
import { toRefusal } from "./faults.ts";

/** How one door says no. */
export interface DialectErrors {
  readonly name: string;
  /** Whether an address that no route answers belongs to this door. */
  owns(path: string, request: FastifyRequest): boolean;
  /** Sets the status and sends the dialect's own envelope. */
  render(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply;
}

/** How long a client should wait when we are the ones who cannot. */
const retryAfterSeconds = 1;

/** Everything that goes wrong inside `app` is answered in this dialect's envelope. */
export function answerErrorsIn(app: FastifyInstance, errors: DialectErrors): void {
  app.setErrorHandler((error, request, reply) => {
    renderFault(errors, error, request, reply);
  });
}

/** Logs what is ours and answers what is the caller's. */
export function renderFault(
  errors: DialectErrors,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = toRefusal(error);
  if (refusal.kind === "internal") request.log.error({ err: error }, "a request failed");
  if (refusal.kind === "unavailable") reply.header("Retry-After", String(retryAfterSeconds));
  // Fastify closes the connection after every body it refuses. Once all of it has arrived there is no need to.
  if (request.raw.complete) reply.removeHeader("connection");
  return errors.render(request, reply, refusal);
}
