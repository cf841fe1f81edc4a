import { endHire, type Hired } from "../../market/hire-agent.ts";
import { Refusal } from "../../model/errors.ts";
import type { TaskEvent } from "../../model/events.ts";
import { type Instant, instantToMs } from "../../model/instant.ts";
import type { DoorContext } from "../shared/door.ts";

type Ending = "task.completed" | "task.cancelled" | "task.expired";

const endings: ReadonlySet<string> = new Set<Ending>(["task.completed", "task.cancelled", "task.expired"]);

/** How a hire came out. */
export interface HireOutcome {
  readonly ending: Ending;
  readonly at: Instant;
  /** Why the run failed, if it did. */
  readonly failure: string | null;
}

type House = Pick<DoorContext, "engine" | "eventFeed" | "clock">;

/**
 * Waits until the task has ended, and ends it at `patienceMs` after it was begun, by the same decision that would pay for
 * it: whichever comes first. What has been written before is read too, so that a retry finds the same outcome. Refuses
 * `shutting_down` when the server closes; the run goes on without it.
 */
export async function outcomeOf(house: House, hired: Hired, patienceMs: number): Promise<HireOutcome> {
  const { task, run } = hired;
  const following = followTask(house, task.id, task.eventCount);
  const leftMs = instantToMs(run.createdAt) + patienceMs - instantToMs(house.clock());
  const timer = setTimeout(
    () => {
      const reason = `There was no result within ${Math.round(patienceMs / 1_000)} seconds.`;
      house.engine.execute(endHire, { taskId: task.id, runId: run.id, reason }).catch(following.fail);
    },
    Math.max(0, leftMs),
  );
  try {
    return await following.ended;
  } finally {
    clearTimeout(timer);
    following.stop();
  }
}

interface Following {
  readonly ended: Promise<HireOutcome>;
  readonly fail: (error: unknown) => void;
  readonly stop: () => void;
}

function followTask({ eventFeed }: House, taskId: string, after: number): Following {
  const { promise: ended, resolve, reject: fail } = Promise.withResolvers<HireOutcome>();
  let failure: string | null = null;
  const take = ({ type, data, at }: TaskEvent): void => {
    if (type === "run.failed") failure = String(data.reason);
    if (endings.has(type)) resolve({ ending: type as Ending, at, failure });
  };
  const stop = eventFeed.watch(taskId, after, {
    deliver: (events) => events.forEach(take),
    ready: async () => undefined,
    end: () => fail(new Refusal("shutting_down")),
  });
  return { ended, fail, stop };
}
