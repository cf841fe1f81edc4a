import pg from "pg";
import type { Id } from "../model/ids.ts";
import { eventsChannel } from "./book/save-book.ts";
import type { DatabaseAddress } from "./database.ts";

export interface NotificationOptions {
  readonly address: DatabaseAddress;
  /** Tasks whose history grew; undefined: any may have, look for yourself. */
  onChange(taskIds: readonly Id[] | undefined): void;
  onFault(error: unknown): void;
}

const firstPauseMs = 50;
const longestPauseMs = 5_000;
const connectTimeoutMs = 5_000;
const pingIntervalMs = 15_000;
const pingTimeoutMs = 5_000;

/**
 * One connection that listens for what is committed, on this node or another. It reconnects by itself; since PostgreSQL
 * forgets what was sent meanwhile, it then says "any task may have changed".
 */
export class Notifications {
  readonly #options: NotificationOptions;
  #client: pg.Client | undefined;
  #closed = false;
  #pauseMs = firstPauseMs;
  #retry: NodeJS.Timeout | undefined;
  #ping: NodeJS.Timeout | undefined;

  constructor(options: NotificationOptions) {
    this.#options = options;
  }

  /** Resolves after the first attempt, whether or not it succeeded. */
  async start(): Promise<void> {
    await this.#connect();
    this.#ping = setInterval(() => void this.#checkConnection(), pingIntervalMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#ping);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      ...this.#options.address,
      application_name: "guildhall events",
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: pingTimeoutMs,
      keepAlive: true,
    });
    client.on("error", (error) => this.#lost(client, error));
    client.on("end", () => this.#lost(client, new Error("The connection that listens for events has ended.")));
    client.on("notification", ({ payload }) => this.#options.onChange(readPayload(payload)));
    this.#client = client;
    try {
      await client.connect();
      await client.query(`listen ${eventsChannel}`);
      this.#pauseMs = firstPauseMs;
      this.#options.onChange(undefined);
    } catch (error) {
      this.#lost(client, error);
    }
  }

  /** A connection whose other end has vanished says nothing by itself. */
  async #checkConnection(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    await client.query("select 1").catch((error: unknown) => this.#lost(client, error));
  }

  #lost(client: pg.Client, error: unknown): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.end().catch(() => undefined);
    if (this.#closed) return;
    this.#options.onFault(error);
    this.#retry = setTimeout(() => void this.#connect(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }
}

/** What the store sends with a commit, see `saveBook`. */
function readPayload(payload: string | undefined): readonly Id[] | undefined {
  try {
    const parsed: unknown = JSON.parse(payload ?? "{}");
    if (typeof parsed !== "object" || parsed === null || !("tasks" in parsed)) return undefined;
    return Array.isArray(parsed.tasks) ? parsed.tasks.filter((id) => typeof id === "string") : undefined;
  } catch {
    return undefined;
  }
}
