import { dataOf } from "@guildhall/client";
import { Button, Group, SegmentedControl } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Section } from "../../components/section.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { BalanceChart } from "./balance-chart.tsx";
import { CashDialog } from "./cash-dialog.tsx";
import { CashList } from "./cash-list.tsx";
import { Statement } from "./statement.tsx";
import { ranges, readWalletFilter } from "./wallet-filter.ts";
import classes from "./wallet-page.module.css";

const route = getRouteApi("/in/wallet");

/** What there is, how it came to be, and the ways in and out. */
export function WalletPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const [isDepositing, deposit] = useDisclosure(false);
  const [isTakingOut, takeOut] = useDisclosure(false);
  const wallet = useQuery({ queryKey: ["wallet"], queryFn: () => dataOf(api.GET("/v1/wallet")) });
  const change = (field: string, value: unknown): void => {
    void navigate({ search: (before) => readWalletFilter({ ...before, [field]: value }), replace: true });
  };
  const currency = filter.currency ?? "usd";
  const days = filter.days ?? 90;
  return (
    <>
      <PageHeader
        title="Wallet"
        about="Money is held when you post a task, and moves when its work is approved."
        actions={
          <>
            <Button variant="default" onClick={takeOut.open}>
              Pay out
            </Button>
            <Button onClick={deposit.open}>Deposit</Button>
          </>
        }
      />
      <Loaded query={wallet} skeleton={<RowsSkeleton rows={1} rowHeightPx={96} />}>
        {({ balances }) => (
          <dl className={classes.balances}>
            {balances.map(({ currency: money, balance, held }) => (
              <div key={money} className={classes.balance}>
                <dt>{money === "usd" ? "US dollars" : "Credits"}</dt>
                <dd className={classes.amount}>
                  <Money amount={balance} currency={money} />
                </dd>
                <dd className={classes.held}>
                  <Money amount={held} currency={money} /> more held for tasks
                </dd>
              </div>
            ))}
          </dl>
        )}
      </Loaded>
      <Section
        title="Balance over time"
        actions={
          <Group gap="sm">
            <SegmentedControl
              aria-label="Currency"
              size="xs"
              value={currency}
              onChange={(value) => change("currency", value)}
              data={[
                { value: "usd", label: "US dollars" },
                { value: "credits", label: "Credits" },
              ]}
            />
            <SegmentedControl
              aria-label="Time"
              size="xs"
              value={`${days}`}
              onChange={(value) => change("days", value)}
              data={ranges.map((range) => ({ value: `${range}`, label: range === 365 ? "1 year" : `${range} days` }))}
            />
          </Group>
        }
      >
        <BalanceChart currency={currency} days={days} />
      </Section>
      <Section title="Deposits and payouts" about="Money comes in and goes out once an administrator has confirmed it.">
        <CashList />
      </Section>
      <Statement filter={filter} onFilter={change} />
      <CashDialog kind="deposit" opened={isDepositing} onClose={deposit.close} />
      <CashDialog kind="payout" opened={isTakingOut} onClose={takeOut.close} />
    </>
  );
}
