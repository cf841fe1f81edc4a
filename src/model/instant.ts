/**
 * A moment as ISO-8601 in UTC with milliseconds ("2026-02-22T14:30:00.000Z"). Fixed width, so that text order is time
 * order, and plain JSON, so that a stored answer replays byte for byte.
 */
export type Instant = string & { readonly __brand: "Instant" };

/** Milliseconds since 1970 to an instant. */
export function instantFromMs(epochMs: number): Instant {
  return new Date(epochMs).toISOString() as Instant;
}

/** An instant to milliseconds since 1970. */
export function instantToMs(instant: Instant): number {
  return Date.parse(instant);
}

/** The instant `minutes` later. */
export function addMinutes(instant: Instant, minutes: number): Instant {
  return instantFromMs(instantToMs(instant) + minutes * 60_000);
}

/** The instant `hours` later. */
export function addHours(instant: Instant, hours: number): Instant {
  return addMinutes(instant, hours * 60);
}

/** The UTC day of an instant, YYYY-MM-DD. */
export function dayOf(instant: Instant): string {
  return instant.slice(0, 10);
}

/** When a UTC day (YYYY-MM-DD) begins. */
export function dayStart(day: string): Instant {
  return `${day}T00:00:00.000Z` as Instant;
}

/** When a UTC day (YYYY-MM-DD) is over. */
export function dayEnd(day: string): Instant {
  return addHours(dayStart(day), 24);
}
