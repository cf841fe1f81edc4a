import type { FastifyRequest } from "fastify";
import { refuse } from "../../model/errors.ts";

/**
 * Whoever comes with a cookie must come from our own pages, and no page of others may reach us at all (CSRF): browsers
 * say with every POST where it comes from. Refuses `not_allowed`.
 */
export function checkOrigin(request: FastifyRequest, publicUrl: string): void {
  const { origin, cookie, host } = request.headers;
  if (origin === undefined) {
    if (cookie !== undefined) refuse("not_allowed", { message: "A request with a cookie must say its Origin." });
    return;
  }
  const own = [new URL(publicUrl).origin, `${request.protocol}://${host}`];
  if (!own.includes(origin)) refuse("not_allowed", { message: "This Origin may not send requests here." });
}
