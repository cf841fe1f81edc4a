import { runAsk, runPropose } from "./load/compete.ts";
import { runDelegate } from "./load/delegate.ts";
import { runGet } from "./load/get.ts";
import { runLifecycle, runPosts } from "./load/lifecycle.ts";
import { runTeam } from "./load/team.ts";
import type { Answer, Measured, Order } from "./messages.ts";
import { endWithParent, tellParent } from "./processes.ts";

/** The load generator: a process of its own that carries out one order after another. */

endWithParent();
process.on("message", (order: Order) => {
  void carryOut(order).then(
    (result) => tellParent({ result } satisfies Answer<Measured>),
    (error: unknown) => tellParent({ failure: String(error) } satisfies Answer<Measured>),
  );
});
tellParent({ result: "ready" });

function carryOut(order: Order): Promise<Measured> {
  switch (order.kind) {
    case "lifecycle":
      return runLifecycle(order);
    case "posts":
      return runPosts(order);
    case "delegate":
      return runDelegate(order);
    case "get":
      return runGet(order);
    case "propose":
      return runPropose(order);
    case "ask":
      return runAsk(order);
    case "team":
      return runTeam(order);
  }
}
