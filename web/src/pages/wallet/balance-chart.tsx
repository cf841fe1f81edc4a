import { dataOf } from "@guildhall/client";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { Loaded } from "../../components/loaded.tsx";
import { moneyText } from "../../components/money-text.ts";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StepChart, type StepPoint } from "../../components/step-chart.tsx";
import classes from "./wallet-page.module.css";

const dayMs = 86_400_000;
/** Fewer would be no line. */
const leastDays = 13;
const dayNames = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

interface History {
  readonly from: string;
  readonly to: string;
  readonly opening_balance: number;
  readonly days: readonly { readonly day: string; readonly balance: number }[];
}

/** Every day from the first to the last, those on which nothing moved with the balance of the day before. */
function everyDay({ from, to, opening_balance: opening, days }: History): StepPoint[] {
  const known = new Map(days.map(({ day, balance }) => [day, balance]));
  const points: StepPoint[] = [];
  let balance = opening;
  // A wallet that was empty before is shown from a little before its first movement.
  const firstMs = Date.parse(days[0]?.day ?? from);
  const beginning = opening === 0 ? Math.min(firstMs - dayMs, Date.parse(to) - leastDays * dayMs) : 0;
  for (let atMs = Math.max(Date.parse(from), beginning); atMs <= Date.parse(to); atMs += dayMs) {
    balance = known.get(new Date(atMs).toISOString().slice(0, 10)) ?? balance;
    points.push({ label: dayNames.format(atMs), value: balance });
  }
  return points;
}

export function BalanceChart({ currency, days }: { readonly currency: "usd" | "credits"; readonly days: number }) {
  const query = useQuery({
    queryKey: ["wallet", "history", currency, days],
    queryFn: () => dataOf(api.GET("/v1/wallet/history", { params: { query: { currency, days: `${days}` } } })),
    placeholderData: (before) => before,
  });
  const format = (amount: number): string => moneyText(amount, currency);
  return (
    <div className={classes.chart}>
      <Loaded query={query} skeleton={<RowsSkeleton rows={1} rowHeightPx={200} />}>
        {(history) => {
          const points = everyDay(history);
          const [first, last] = [points.at(0), points.at(-1)].map((point) => format(point?.value ?? 0));
          const highest = format(Math.max(...points.map(({ value }) => value)));
          const summary = `The balance of the last ${days} days: ${first} at first, ${last} now, ${highest} at most.`;
          return <StepChart summary={summary} points={points} format={format} />;
        }}
      </Loaded>
    </div>
  );
}
