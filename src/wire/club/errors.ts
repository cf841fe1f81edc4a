import type { DialectErrors } from "../shared/dialect.ts";
import { plainStatusOf } from "../shared/plain-status.ts";

/** `{"error":{"code","message"}}` (4-dialects, club). */
export const clubErrors: DialectErrors = {
  name: "club",
  owns: (path) => /^\/(club|api\/agent\/v1)(\/|$)/.test(path),
  render(_request, reply, refusal) {
    return reply.code(plainStatusOf[refusal.kind]).send({ error: { code: refusal.code, message: refusal.message } });
  },
};
