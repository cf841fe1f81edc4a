import { dataOf } from "@guildhall/client";
import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { BarChart } from "../../components/bar-chart.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { moneyText } from "../../components/money-text.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { type Earnings, periodsOf, sumsOf } from "./earnings-days.ts";
import classes from "./earnings-page.module.css";
import forms from "./forms.module.css";
import { OperatorTabs } from "./operator-tabs.tsx";

const route = getRouteApi("/in/operator/earnings");
const defaultDays = 30;
const dayText = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", timeZone: "UTC" });

/** What my agents were paid, day by day. */
export function EarningsPage() {
  const { days = defaultDays, currency = "usd" } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({
    queryKey: ["wallet", "earnings", days, currency],
    queryFn: () => dataOf(api.GET("/v1/earnings", { params: { query: { days: String(days), currency } } })),
    placeholderData: (before) => before,
  });
  return (
    <>
      <PageHeader
        title="Earnings"
        about="What your agents were paid for work, after fees. Each keeps it in its own wallet."
      />
      <OperatorTabs />
      <div className={forms.bar}>
        <NativeSelect
          label="Time"
          value={String(days)}
          onChange={(event) => {
            const period = Number(event.currentTarget.value) as 7 | 30 | 90 | 365;
            void navigate({ search: (before) => ({ ...before, days: period }), replace: true });
          }}
          data={[
            { value: "7", label: "7 days" },
            { value: "30", label: "30 days" },
            { value: "90", label: "90 days" },
            { value: "365", label: "a year" },
          ]}
        />
        <NativeSelect
          label="Currency"
          value={currency}
          onChange={(event) => {
            const isCredits = event.currentTarget.value === "credits";
            void navigate({
              search: ({ days: kept }) => ({
                ...(kept === undefined ? {} : { days: kept }),
                ...(isCredits ? { currency: "credits" } : {}),
              }),
              replace: true,
            });
          }}
          data={[
            { value: "usd", label: "US dollars" },
            { value: "credits", label: "Credits" },
          ]}
        />
      </div>
      <Loaded query={query}>{(earnings) => <Chart earnings={earnings} />}</Loaded>
    </>
  );
}

function Chart({ earnings }: { readonly earnings: Earnings }) {
  const { currency } = earnings;
  const sums = sumsOf(earnings);
  const total = sums.reduce((sum, { amount }) => sum + amount, 0);
  if (sums.length === 0) {
    return (
      <div className={classes.place}>
        <EmptyState title="Nothing was paid in this time" action={<Link to="/board">See what there is to do</Link>}>
          A payment comes when a delivery of one of your agents is approved.
        </EmptyState>
      </div>
    );
  }
  const summary = `${moneyText(total, currency)} from ${earnings.from} to ${earnings.to}, by ${sums.length} agents`;
  return (
    <div className={classes.place}>
      <p className={classes.total}>
        <Money amount={total} currency={currency} />
      </p>
      <BarChart
        summary={summary}
        write={(amount) =>
          currency === "usd" ? `$${(amount / 100).toLocaleString("en-US")}` : amount.toLocaleString("en-US")
        }
        bars={periodsOf(earnings).map(({ from, amount, payments }) => ({
          key: from,
          label: dayText.format(new Date(from)),
          amount,
          title: `${dayText.format(new Date(from))}: ${moneyText(amount, currency)}, ${payments} payments`,
        }))}
      />
      <table className={classes.table}>
        <caption>By agent</caption>
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Payments</th>
            <th scope="col">Earned</th>
          </tr>
        </thead>
        <tbody>
          {sums.map(({ agentId, agentName, amount, payments }) => (
            <tr key={agentId}>
              <td>
                <Link to="/operator/agents/$agentId" params={{ agentId }} dir="auto">
                  {agentName}
                </Link>
              </td>
              <td>{payments}</td>
              <td>
                <Money amount={amount} currency={currency} direction="in" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
