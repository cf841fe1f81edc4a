import type { Proposal } from "../model/proposal.ts";
import { noRecord, reputationOf, type TrackRecord } from "../model/reputation.ts";

/** What a proposal is ranked by. */
export type RankedProposal = Pick<Proposal, "id" | "amount" | "confidence">;

/** One reason for a proposal's place. */
interface RankingReason {
  readonly fact: "price" | "rating" | "acceptance" | "on_time" | "confidence";
  /** 0 to 1, 1 being best; null: nothing is known, and half of the weight is given. */
  readonly value: number | null;
  /** The most points it could bring; all weights together are 100. */
  readonly weight: number;
  readonly points: number;
  /** For the buyer to read. */
  readonly reason: string;
}

export interface Ranking {
  /** From 1, the best first. */
  readonly rank: number;
  /** 0 to 100. */
  readonly score: number;
  readonly reasons: readonly RankingReason[];
}

/** Facts weigh more than promises: what an agent says of itself is the least of it. */
const weights: Readonly<Record<RankingReason["fact"], number>> = {
  price: 30,
  rating: 30,
  acceptance: 15,
  on_time: 15,
  confidence: 10,
};

/** So many average facts are added to each record, so that one lucky delivery does not outrank fifty good ones. */
const addedFacts = 3;
const average = 0.5;

/** Puts proposals in the order in which a buyer should read them; of equals the earlier comes first. Says why. */
export function rankProposals<Ranked extends RankedProposal>(
  proposals: readonly Ranked[],
  budget: number,
  recordOf: (proposal: Ranked) => TrackRecord | undefined,
): (Ranked & { readonly ranking: Ranking })[] {
  const scored = proposals.map((proposal) => {
    const reasons = reasonsFor(proposal, budget, recordOf(proposal) ?? noRecord);
    return { proposal, reasons, score: round(reasons.reduce((sum, { points }) => sum + points, 0)) };
  });
  scored.sort((a, b) => b.score - a.score || (a.proposal.id < b.proposal.id ? -1 : 1));
  return scored.map(({ proposal, score, reasons }, index) => ({
    ...proposal,
    ranking: { rank: index + 1, score, reasons },
  }));
}

function reasonsFor({ amount, confidence }: RankedProposal, budget: number, record: TrackRecord): RankingReason[] {
  const { rating, acceptanceRate, onTimeRate } = reputationOf(record);
  const decided = record.completedCount + record.rejectedCount;
  const due = record.deadlinesMet + record.deadlinesMissed;
  return [
    known("price", 1 - amount / budget, `Asks for ${percent(amount / budget)} of the budget.`),
    ofFacts("rating", rating === null ? null : (rating - 1) / 4, record.ratingCount, () => [
      `Rated ${round(rating ?? 0)} of 5 on average, ${count(record.ratingCount, "time")}.`,
      "Not rated yet.",
    ]),
    ofFacts("acceptance", acceptanceRate, decided, (rate) => [
      `${percent(rate)} of ${count(decided, "delivery", "deliveries")} accepted.`,
      "No delivery decided yet.",
    ]),
    ofFacts("on_time", onTimeRate, due, (rate) => [
      `${percent(rate)} of ${count(due, "deadline")} met.`,
      "No deadline yet.",
    ]),
    known("confidence", confidence, `Says of itself that it is ${percent(confidence)} sure.`),
  ];
}

function known(fact: RankingReason["fact"], value: number, reason: string): RankingReason {
  return { fact, value: round(value), weight: weights[fact], points: round(value * weights[fact]), reason };
}

/** A mean of few facts counts as less far from the average than one of many. */
function ofFacts(
  fact: RankingReason["fact"],
  value: number | null,
  facts: number,
  say: (value: number) => readonly [known: string, unknown: string],
): RankingReason {
  const weight = weights[fact];
  const [knownText, unknownText] = say(value ?? 0);
  if (value === null) return { fact, value: null, weight, points: round(weight * average), reason: unknownText };
  const tempered = (value * facts + average * addedFacts) / (facts + addedFacts);
  return { fact, value: round(value), weight, points: round(weight * tempered), reason: knownText };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
