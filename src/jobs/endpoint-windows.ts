import type { Id } from "../model/ids.ts";

interface Window {
  underWay: number;
  /** How many may be under way. */
  size: number;
  isFailing: boolean;
}

const firstSize = 2;
const largestSize = 16;
/** Sockets that wait for answers. Those of endpoints that are failing take at most half of them. */
const maxUnderWay = 1_024;
const maxFailingUnderWay = maxUnderWay / 2;
/** Endpoints without anything under way whose window is remembered. */
const maxRemembered = 10_000;

/**
 * How much may be under way to which endpoint. A window opens while an endpoint answers well and closes to one when it
 * does not, so that an endpoint that hangs holds few sockets, and all that hang leave room for those that answer.
 */
export class EndpointWindows {
  readonly #windows = new Map<Id, Window>();
  #underWay = 0;
  #failingUnderWay = 0;

  get isFull(): boolean {
    return this.#underWay >= maxUnderWay;
  }

  get isFullOfFailing(): boolean {
    return this.#failingUnderWay >= maxFailingUnderWay;
  }

  /** Endpoints that may have no more under way. */
  saturated(): Id[] {
    return [...this.#windows].filter(([, { underWay, size }]) => underWay >= size).map(([id]) => id);
  }

  /** How many more may be sent to an endpoint now. */
  roomFor(id: Id, isFailing: boolean): number {
    const known = this.#windows.get(id);
    const size = isFailing ? 1 : (known?.size ?? firstSize);
    return Math.max(0, size - (known?.underWay ?? 0));
  }

  begin(id: Id, isFailing: boolean): void {
    const window = this.#windows.get(id) ?? { underWay: 0, size: firstSize, isFailing };
    // While something is under way the window keeps the sort that it was counted as.
    if (window.underWay === 0) window.isFailing = isFailing;
    window.underWay++;
    this.#count(window, 1);
    this.#windows.delete(id);
    this.#windows.set(id, window);
    this.#forgetIdle();
  }

  end(id: Id, succeeded: boolean): void {
    const window = this.#windows.get(id);
    if (window === undefined) return;
    window.underWay--;
    this.#count(window, -1);
    window.size = succeeded ? Math.min(largestSize, window.size * 2) : 1;
  }

  #count({ isFailing }: Window, change: 1 | -1): void {
    this.#underWay += change;
    if (isFailing) this.#failingUnderWay += change;
  }

  /** Those used longest ago stand first. */
  #forgetIdle(): void {
    if (this.#windows.size <= maxRemembered) return;
    for (const [id, { underWay }] of this.#windows) {
      if (underWay > 0) continue;
      this.#windows.delete(id);
      return;
    }
  }
}
