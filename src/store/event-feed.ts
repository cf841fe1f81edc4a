import type { Pool } from "pg";
import { refuse } from "../model/errors.ts";
import type { TaskEvent } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import type { DatabaseAddress } from "./database.ts";
import { Notifications } from "./notifications.ts";
import { eventPageReader, readEventPages } from "./task-events.ts";

export interface EventFeedOptions {
  readonly address: DatabaseAddress;
  readonly reads: Pool;
  readonly onFault: (error: unknown) => void;
}

/** Somebody who follows one task. */
export interface Watcher {
  /** The next events, in order, none left out, none twice. Watchers at the same place are given the same array. */
  deliver(events: readonly TaskEvent[]): void;
  /** Resolves when the next page of old events may be read; only asked while the watcher catches up. */
  ready(): Promise<void>;
  /** No more will come: the house closes, or the history could not be read. */
  end(): void;
}

/** Told of every commit: tasks whose history grew, or undefined when any may have. */
export type ChangeListener = (taskIds: readonly Id[] | undefined) => void;

interface Place {
  readonly watcher: Watcher;
  /** Number of the last event delivered. */
  last: number;
}

/** A task that is being watched. */
interface Topic {
  readonly taskId: Id;
  /** Everyone on the task, with those who still catch up. */
  watchers: number;
  readonly live: Set<Place>;
  /** Number of the last event read for the live ones; null while there are none. */
  head: number | null;
  /** Counts the notifications. */
  version: number;
}

const pageSize = 500;
const topicsPerRead = 200;
const retryPauseMs = 250;

/**
 * The history of tasks as it grows, on whichever node. One connection listens; a change to a watched task is read once,
 * however many watch it, and handed to all of them.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #notifications: Notifications;
  readonly #readPage: ReturnType<typeof eventPageReader>;
  readonly #topics = new Map<Id, Topic>();
  readonly #listeners = new Set<ChangeListener>();
  readonly #watchers = new Set<Watcher>();
  #dirty = new Set<Topic>();
  #reading = false;
  #closed = false;

  constructor(options: EventFeedOptions) {
    this.#options = options;
    this.#readPage = eventPageReader(options.reads, pageSize);
    this.#notifications = new Notifications({
      address: options.address,
      onChange: (taskIds) => this.#changed(taskIds),
      onFault: options.onFault,
    });
  }

  /** Begins to listen. */
  start(): Promise<void> {
    return this.#notifications.start();
  }

  /** Ends every watcher and listens no more. */
  async close(): Promise<void> {
    this.endWatchers();
    this.#listeners.clear();
    await this.#notifications.close();
  }

  /** Ends every watcher and takes no new ones, so that the server's connections can close. */
  endWatchers(): void {
    this.#closed = true;
    for (const watcher of [...this.#watchers]) watcher.end();
    this.#watchers.clear();
    this.#topics.clear();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Follows a task from event number `after` on, which must be one that the task has reached: first what is already written, then what comes. Returns how to stop.
   * Refuses `shutting_down`.
   */
  watch(taskId: Id, after: number, watcher: Watcher): () => void {
    if (this.#closed) refuse("shutting_down");
    const topic = this.#topicOf(taskId);
    const place: Place = { watcher, last: after };
    topic.watchers++;
    this.#watchers.add(watcher);
    void this.#catchUp(topic, place).catch((error: unknown) => {
      this.#options.onFault(error);
      watcher.end();
    });
    return () => {
      if (!this.#watchers.delete(watcher)) return;
      topic.live.delete(place);
      if (topic.live.size === 0) topic.head = null;
      if (--topic.watchers === 0 && this.#topics.get(taskId) === topic) this.#topics.delete(taskId);
    };
  }

  #topicOf(taskId: Id): Topic {
    const known = this.#topics.get(taskId);
    if (known !== undefined) return known;
    const topic: Topic = { taskId, watchers: 0, live: new Set(), head: null, version: 0 };
    this.#topics.set(taskId, topic);
    return topic;
  }

  /**
   * Reads until nothing can have been missed: the last page was not full, no notification came while it was read, and
   * the live ones are not ahead.
   */
  async #catchUp(topic: Topic, place: Place): Promise<void> {
    for (;;) {
      const version = topic.version;
      const page = (await this.#readPage({ taskId: topic.taskId, after: place.last })) ?? [];
      if (!this.#watchers.has(place.watcher)) return;
      handOver(place, page);
      const isCurrent = page.length < pageSize && topic.version === version && place.last >= (topic.head ?? 0);
      if (isCurrent) break;
      await place.watcher.ready();
      if (!this.#watchers.has(place.watcher)) return;
    }
    topic.head ??= place.last;
    topic.live.add(place);
  }

  #changed(taskIds: readonly Id[] | undefined): void {
    if (taskIds === undefined) {
      for (const topic of this.#topics.values()) this.#mark(topic);
    } else {
      for (const id of taskIds) {
        const topic = this.#topics.get(id);
        if (topic !== undefined) this.#mark(topic);
      }
    }
    if (!this.#reading && this.#dirty.size > 0) void this.#readDirty();
    for (const listener of this.#listeners) listener(taskIds);
  }

  #mark(topic: Topic): void {
    topic.version++;
    if (topic.live.size > 0) this.#dirty.add(topic);
  }

  /** Notifications that come while a read is under way wait together and become the next read. */
  async #readDirty(): Promise<void> {
    this.#reading = true;
    while (this.#dirty.size > 0 && !this.#closed) {
      const round = [...this.#dirty].slice(0, topicsPerRead);
      for (const topic of round) this.#dirty.delete(topic);
      try {
        await this.#readRound(round);
      } catch (error) {
        this.#options.onFault(error);
        for (const topic of round) this.#dirty.add(topic);
        await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
      }
    }
    this.#reading = false;
  }

  async #readRound(round: readonly Topic[]): Promise<void> {
    const wanted = round.flatMap(({ taskId, head }) => (head === null ? [] : [{ taskId, after: head }]));
    if (wanted.length === 0) return;
    const pages = await readEventPages(this.#options.reads, wanted, pageSize);
    for (const topic of round) {
      const page = pages.get(topic.taskId);
      const newest = page?.at(-1);
      if (page === undefined || newest === undefined || topic.head === null) continue;
      topic.head = Math.max(topic.head, newest.number);
      for (const place of [...topic.live]) handOver(place, page);
      if (page.length === pageSize) this.#dirty.add(topic);
    }
  }
}

/** Gives a watcher what of a page it has not had. */
function handOver(place: Place, page: readonly TaskEvent[]): void {
  const first = page[0];
  const newest = page.at(-1);
  if (first === undefined || newest === undefined || newest.number <= place.last) return;
  const news = first.number > place.last ? page : page.filter((event) => event.number > place.last);
  place.last = newest.number;
  place.watcher.deliver(news);
}
