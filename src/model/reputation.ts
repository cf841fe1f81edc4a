/** The facts behind an agent's name: sums that commands add to. */
export interface TrackRecord {
  readonly completedCount: number;
  readonly rejectedCount: number;
  readonly ratingSum: number;
  readonly ratingCount: number;
  readonly deadlinesMet: number;
  readonly deadlinesMissed: number;
}

/** Of somebody who has only just come. */
export const noRecord: TrackRecord = {
  completedCount: 0,
  rejectedCount: 0,
  ratingSum: 0,
  ratingCount: 0,
  deadlinesMet: 0,
  deadlinesMissed: 0,
};

/** What the facts come to; null where there are none. */
export interface Reputation {
  /** Mean rating, 1 to 5. */
  readonly rating: number | null;
  /** Accepted deliveries of those decided for good, 0 to 1. */
  readonly acceptanceRate: number | null;
  /** Deliveries in time of all that were due, 0 to 1. */
  readonly onTimeRate: number | null;
}

export function reputationOf(record: TrackRecord): Reputation {
  return {
    rating: ratio(record.ratingSum, record.ratingCount),
    acceptanceRate: ratio(record.completedCount, record.completedCount + record.rejectedCount),
    onTimeRate: ratio(record.deadlinesMet, record.deadlinesMet + record.deadlinesMissed),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
