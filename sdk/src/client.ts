import createHttpClient, { type Client } from "openapi-fetch";
import { errorOf } from "./errors.ts";
import { type FollowOptions, followEvents } from "./events.ts";
import { type ItemOf, type ListPath, type ListQuery, listItems } from "./paging.ts";
import { defaultRetry, type RetryOptions, retryingFetch } from "./retry.ts";
import type { paths } from "./schema.gen.ts";
import { type Task, type TaskEvent, type TaskState, type WaitOptions, waitForTask } from "./tasks.ts";

export interface ClientOptions {
  /** The server's address, for instance `https://market.example.com`. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer …`. Without one only what is public can be read. */
  readonly apiKey?: string;
  /** Used instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** How what failed is repeated. */
  readonly retry?: Partial<RetryOptions>;
}

/** Every operation of the native API by its path, `GET`, `POST` and so on; and what takes more than one request. */
export interface GuildhallClient extends Client<paths> {
  /** All items of a list, page after page, as they are asked for. */
  items<Path extends ListPath>(path: Path, query?: ListQuery<Path>): AsyncGenerator<ItemOf<Path>, void, undefined>;
  /**
   * A task's events as they happen, the ones before included, none left out and none twice. Reconnects by itself; ends
   * with `break` or the signal.
   */
  events(taskId: string, options?: FollowOptions): AsyncGenerator<TaskEvent, void, undefined>;
  /**
   * Waits until the task is in one of the states. Throws `TaskEndedError` when it ends in another, `WaitTimeoutError`
   * when it takes too long.
   */
  waitFor(taskId: string, states: TaskState | readonly TaskState[], options?: WaitOptions): Promise<Task>;
}

/**
 * A client of one market. What fails in passing is repeated, a POST with the same Idempotency-Key; what is refused is
 * thrown as a `GuildhallError`.
 */
export function createClient(options: ClientOptions): GuildhallClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const retry = { ...defaultRetry, ...options.retry };
  // Called as a plain function: browsers refuse a `fetch` with another `this`.
  const given = options.fetch;
  const send: typeof fetch =
    given === undefined ? (...request) => fetch(...request) : (...request) => given(...request);
  const authorization: Record<string, string> =
    options.apiKey === undefined ? {} : { Authorization: `Bearer ${options.apiKey}` };
  const http = createHttpClient<paths>({ baseUrl, headers: authorization, fetch: retryingFetch(send, retry) });
  http.use({
    async onResponse({ response }) {
      if (!response.ok) throw await errorOf(response);
    },
  });
  const events = (taskId: string, follow: FollowOptions = {}) =>
    followEvents<TaskEvent>({
      url: `${baseUrl}/v1/tasks/${encodeURIComponent(taskId)}/events`,
      headers: authorization,
      send,
      retry,
      ...follow,
    });
  return Object.assign(http, {
    items: <Path extends ListPath>(path: Path, query?: ListQuery<Path>) => listItems(http, path, query),
    events,
    waitFor: (taskId: string, states: TaskState | readonly TaskState[], wait: WaitOptions = {}) =>
      waitForTask(http, events, taskId, typeof states === "string" ? [states] : states, wait),
  });
}

/**
 * The body of an answer: `const { task } = await dataOf(client.GET(…))`. Refusals were thrown before, so there is one
 * wherever the API answers with one.
 */
export async function dataOf<Data>(answer: Promise<{ readonly data?: Data }>): Promise<Exclude<Data, undefined>> {
  return (await answer).data as Exclude<Data, undefined>;
}
