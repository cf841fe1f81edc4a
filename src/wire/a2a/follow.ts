import type { TaskEvent } from "../../model/events.ts";
import type { Id } from "../../model/ids.ts";
import type { EventFeed, Watcher } from "../../store/event-feed.ts";

/** More than a reader may leave unread; it is let go and subscribes again. */
const maxWaiting = 1_000;

/**
 * What happens to a task after event number `after`, batch by batch, until nobody listens (`signal`) or the house
 * closes.
 */
export async function* followTask(
  feed: EventFeed,
  { taskId, after, signal }: { readonly taskId: Id; readonly after: number; readonly signal: AbortSignal },
): AsyncGenerator<readonly TaskEvent[]> {
  const waiting: (readonly TaskEvent[])[] = [];
  let hasEnded = signal.aborted;
  let wake = (): void => undefined;
  const end = (): void => {
    hasEnded = true;
    wake();
  };
  const watcher: Watcher = {
    deliver(events) {
      waiting.push(events);
      if (waiting.length > maxWaiting) hasEnded = true;
      wake();
    },
    ready: async () => undefined,
    end,
  };
  signal.addEventListener("abort", end, { once: true });
  const stop = feed.watch(taskId, after, watcher);
  try {
    while (!hasEnded) {
      const events = waiting.shift();
      if (events !== undefined) yield events;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal.removeEventListener("abort", end);
    stop();
  }
}
