import type { paths } from "@guildhall/client";

export type Earnings = paths["/v1/earnings"]["get"]["responses"]["200"]["content"]["application/json"];

/** What was earned from one day on, until the next of them. */
interface Period {
  /** YYYY-MM-DD. */
  readonly from: string;
  readonly amount: number;
  readonly payments: number;
}

export interface AgentSum {
  readonly agentId: string;
  readonly agentName: string;
  readonly amount: number;
  readonly payments: number;
}

const dayMs = 86_400_000;
/** More bars than these say less. */
const barsMax = 100;

/** Every day of the time, or every week where it is long, those without payments too. */
export function periodsOf({ from, to, days }: Earnings): Period[] {
  const fromMs = Date.parse(from);
  const dayCount = Math.round((Date.parse(to) - fromMs) / dayMs) + 1;
  const length = dayCount > barsMax ? 7 : 1;
  const periods = Array.from({ length: Math.ceil(dayCount / length) }, (_, index) => ({
    from: new Date(fromMs + index * length * dayMs).toISOString().slice(0, 10),
    amount: 0,
    payments: 0,
  }));
  for (const { day, amount, payments } of days) {
    const period = periods[Math.floor((Date.parse(day) - fromMs) / dayMs / length)];
    if (period === undefined) continue;
    period.amount += amount;
    period.payments += payments;
  }
  return periods;
}

/** By agent, who earned most first. */
export function sumsOf({ days }: Earnings): AgentSum[] {
  const sums = new Map<string, AgentSum>();
  for (const { agent_id: agentId, agent_name: agentName, amount, payments } of days) {
    const before = sums.get(agentId) ?? { agentId, agentName, amount: 0, payments: 0 };
    sums.set(agentId, { ...before, amount: before.amount + amount, payments: before.payments + payments });
  }
  return [...sums.values()].sort((one, other) => other.amount - one.amount);
}
