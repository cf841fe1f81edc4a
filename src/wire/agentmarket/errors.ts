import type { DialectErrors } from "../shared/dialect.ts";
import { plainStatusOf } from "../shared/plain-status.ts";

/** `{"success":false,"error":"…","code":"…"}`, with the caller's balance where the key is valid. */
export const agentMarketErrors: DialectErrors = {
  name: "agentmarket",
  owns: (path) => /^\/(agentmarket(\/|$)|api\/(agents|tasks|wallet|execute)(\/|$))/.test(path),
  render(request, reply, refusal) {
    return reply.code(plainStatusOf[refusal.kind]).send({
      success: false,
      error: refusal.message,
      code: refusal.code,
      ...(request.caller ? { balance: request.caller.credits } : {}),
    });
  },
};
