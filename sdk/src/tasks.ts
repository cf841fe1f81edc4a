import type { Client } from "openapi-fetch";
import { TaskEndedError, WaitTimeoutError } from "./errors.ts";
import type { FollowOptions } from "./events.ts";
import type { paths } from "./schema.gen.ts";

export type Task = paths["/v1/tasks/{id}"]["get"]["responses"][200]["content"]["application/json"]["task"];
export type TaskState = Task["state"];
export type TaskEvent =
  paths["/v1/tasks/{id}/events"]["get"]["responses"][200]["content"]["application/json"]["data"][number];

export interface WaitOptions {
  /** For ever if absent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

type Events = (taskId: string, options: FollowOptions) => AsyncGenerator<TaskEvent, void, undefined>;

/** What a task does not leave again but for a dispute. */
const finalStates: ReadonlySet<string> = new Set(["completed", "cancelled", "expired"]);

/** Reads the task whenever its history grows, until it is where it should be. */
export async function waitForTask(
  http: Client<paths>,
  events: Events,
  taskId: string,
  states: readonly TaskState[],
  { timeoutMs, signal }: WaitOptions,
): Promise<Task> {
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  // A generator that waits for an event hears of a `return()` only with the next one; of a signal at once.
  const done = new AbortController();
  const ending = AbortSignal.any([signal, timeout, done.signal].filter((each) => each !== undefined));
  const growth = new Growth(events(taskId, { signal: ending }));
  try {
    for (;;) {
      const { data } = await http.GET("/v1/tasks/{id}", { params: { path: { id: taskId } }, signal: ending });
      const task = (data as { task: Task }).task;
      if (states.includes(task.state)) return task;
      if (finalStates.has(task.state)) throw new TaskEndedError(task.state);
      await growth.next();
      ending.throwIfAborted();
    }
  } catch (error) {
    if (timeout?.aborted === true && signal?.aborted !== true) {
      throw new WaitTimeoutError(`The task was not ${states.join(" or ")} within ${timeoutMs} ms.`, { cause: error });
    }
    throw error;
  } finally {
    done.abort();
  }
}

/** Says that there were events, however many, since it was last asked. */
class Growth {
  readonly #events: AsyncGenerator<unknown, void, undefined>;
  #news = false;
  #ended: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(events: AsyncGenerator<unknown, void, undefined>) {
    this.#events = events;
    void this.#follow();
  }

  async next(): Promise<void> {
    while (!this.#news && this.#ended === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#news = false;
    if (this.#ended?.error !== undefined) throw this.#ended.error;
  }

  async #follow(): Promise<void> {
    let error: unknown;
    try {
      for await (const _ of this.#events) {
        this.#news = true;
        this.#wake();
      }
    } catch (fault) {
      error = fault;
    }
    this.#ended = { error };
    this.#wake();
  }
}
