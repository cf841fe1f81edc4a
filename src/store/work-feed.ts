import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { EventFeed } from "./event-feed.ts";
import { fitsSeeker, type OpenTask, readOpenTasks, readWaitingTasks, type WorkSeeker } from "./open-work.ts";
import { readRevisionsOn, type WaitingRevision } from "./revisions.ts";

/** Something to be taken: an open task, or (`revisionId`) an assignment that was sent back. */
export interface WorkOffer {
  readonly taskId: Id;
  readonly revisionId: Id | null;
}

export interface WorkFeedOptions {
  readonly reads: Pool;
  readonly feed: EventFeed;
  readonly clock: () => Instant;
  readonly onFault: (error: unknown) => void;
}

/** Read at once when notifications may have been missed. */
const waitingTasksLimit = 500;
const idsPerRead = 1_000;

/**
 * Hands new work to those who wait for it: a change is looked at once, however many wait, and each open task is offered
 * to one of them. The offer is only a hint; the market decides who gets the task.
 */
export class WorkFeed {
  readonly #options: WorkFeedOptions;
  /** In the order in which they came. */
  readonly #seats = new Set<WorkSeat>();
  readonly #unsubscribe: () => void;
  #changed = new Set<Id>();
  #lookEverywhere = false;
  #looking = false;
  #closed = false;

  constructor(options: WorkFeedOptions) {
    this.#options = options;
    this.#unsubscribe = options.feed.onChange((taskIds) => {
      if (this.#seats.size === 0) return;
      if (taskIds === undefined) this.#lookEverywhere = true;
      else for (const id of taskIds) this.#changed.add(id);
      this.#look();
    });
  }

  get seatCount(): number {
    return this.#seats.size;
  }

  /** Waits for work from now on; `leave` when done. */
  sit(seeker: WorkSeeker): WorkSeat {
    const seat: WorkSeat = new WorkSeat(seeker, (unused) => {
      this.#seats.delete(seat);
      // What was offered to somebody who left without trying goes to the next.
      if (unused.length === 0 || this.#seats.size === 0) return;
      for (const { taskId } of unused) this.#changed.add(taskId);
      this.#look();
    });
    if (this.#closed) seat.close();
    else this.#seats.add(seat);
    return seat;
  }

  /** Everybody who waits goes home empty-handed. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const seat of [...this.#seats]) seat.close();
  }

  #look(): void {
    if (this.#looking || this.#closed) return;
    this.#looking = true;
    void this.#lookOn();
  }

  async #lookOn(): Promise<void> {
    while ((this.#changed.size > 0 || this.#lookEverywhere) && this.#seats.size > 0) {
      try {
        await this.#offerNext();
      } catch (error) {
        // Those who wait ask again when their time is over.
        this.#options.onFault(error);
      }
    }
    this.#looking = false;
  }

  async #offerNext(): Promise<void> {
    const { reads, clock } = this.#options;
    if (this.#lookEverywhere) {
      this.#lookEverywhere = false;
      for (const task of await readWaitingTasks(reads, clock(), waitingTasksLimit)) this.#offerTask(task);
      return;
    }
    const ids = [...this.#changed].slice(0, idsPerRead);
    for (const id of ids) this.#changed.delete(id);
    const [tasks, revisions] = await Promise.all([readOpenTasks(reads, ids, clock()), readRevisionsOn(reads, ids)]);
    for (const revision of revisions) this.#offerRevision(revision);
    for (const task of tasks) this.#offerTask(task);
  }

  #offerTask(task: OpenTask): void {
    const seat = this.#findSeat((seeker) => fitsSeeker(task, seeker));
    seat?.offer({ taskId: task.id, revisionId: null });
  }

  #offerRevision({ taskId, assignmentId, workerId }: WaitingRevision): void {
    const seat = this.#findSeat((seeker) => seeker.partyId === workerId);
    seat?.offer({ taskId, revisionId: assignmentId });
  }

  /** Whoever has waited longest and has no other offer. */
  #findSeat(fits: (seeker: WorkSeeker) => boolean): WorkSeat | undefined {
    for (const seat of this.#seats) if (seat.isFree && fits(seat.seeker)) return seat;
    return undefined;
  }
}

/** One place in the waiting room. */
export class WorkSeat {
  readonly seeker: WorkSeeker;
  readonly #onLeave: (unused: readonly WorkOffer[]) => void;
  #offers: WorkOffer[] = [];
  #wake: (() => void) | undefined;
  #left = false;
  #closed = false;

  constructor(seeker: WorkSeeker, onLeave: (unused: readonly WorkOffer[]) => void) {
    this.seeker = seeker;
    this.#onLeave = onLeave;
  }

  get isFree(): boolean {
    return this.#offers.length === 0 && !this.#left;
  }

  offer(work: WorkOffer): void {
    this.#offers.push(work);
    this.#wake?.();
  }

  /** The next offer, or undefined when the time is over or the house closes. */
  async next(timeoutMs: number): Promise<WorkOffer | undefined> {
    if (this.#offers.length === 0 && !this.#closed && timeoutMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    return this.#closed ? undefined : this.#offers.shift();
  }

  /** Waits no more; `next` answers at once. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#onLeave(this.#offers.splice(0));
  }
}
