import { type Instant, instantFromMs } from "../../src/model/instant.ts";

/** A clock that only moves when told to. */
export class VirtualClock {
  #nowMs: number;

  constructor(startMs = Date.parse("2026-01-01T00:00:00Z")) {
    this.#nowMs = startMs;
  }

  readonly now = (): Instant => instantFromMs(this.#nowMs);

  advanceMinutes(minutes: number): void {
    this.#nowMs += minutes * 60_000;
  }

  advanceDays(days: number): void {
    this.advanceMinutes(days * 24 * 60);
  }
}
