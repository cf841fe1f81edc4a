import { dataOf } from "@guildhall/client";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { PlainTable } from "../../components/plain-table.tsx";
import { Section } from "../../components/section.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { When } from "../../components/when.tsx";
import { AdminHeader } from "./admin-header.tsx";
import classes from "./ledger-page.module.css";

/** Every rule of the ledger, proved when the page is opened and whenever somebody asks. */
export function LedgerPage() {
  const audit = useQuery({
    queryKey: ["admin", "audit"],
    queryFn: () => dataOf(api.GET("/v1/admin/audit")),
    // A proof takes its time: only when somebody asks.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  return (
    <>
      <AdminHeader
        title="Ledger"
        about="All rules of the money, proved against one view of the whole database."
        actions={
          <Button variant="default" loading={audit.isFetching} onClick={() => void audit.refetch()}>
            Prove it again
          </Button>
        }
      />
      <Loaded query={audit} skeleton={<RowsSkeleton rows={10} rowHeightPx={44} />}>
        {({ balanced, taken_at: at, took_ms: tookMs, totals, rules }) => {
          const broken = rules.filter(({ violation }) => violation !== null);
          return (
            <>
              <p className={classes.verdict} data-balanced={balanced} role="status">
                <Icon name={balanced ? "check" : "warning"} />
                <span>
                  <strong>
                    {balanced ? "Every rule holds." : `${broken.length} of ${rules.length} rules are broken.`}
                  </strong>{" "}
                  Proved <When at={at} /> in {tookMs.toLocaleString("en-US")} ms.
                </span>
              </p>
              <Section
                title="Where all money is"
                about="Granted and deposited is in wallets, in escrow, fees or paid out."
              >
                <PlainTable
                  label="Where all money is"
                  rows={totals}
                  rowKey={({ currency }) => currency}
                  columns={[
                    {
                      key: "currency",
                      title: "Currency",
                      cell: ({ currency }) => (currency === "usd" ? "US dollars" : "Credits"),
                    },
                    ...columns.map(({ key, title }) => ({
                      key,
                      title,
                      isNumeric: true,
                      cell: (total: (typeof totals)[number]) => <Money amount={total[key]} currency={total.currency} />,
                    })),
                  ]}
                />
              </Section>
              <Section title="Rules">
                <ol className={classes.rules}>
                  {rules.map(({ rule, violation }) => (
                    <li key={rule} data-broken={violation !== null || undefined}>
                      <Icon name={violation === null ? "check" : "warning"} size={16} />
                      <div>
                        <span>{rule}</span>
                        {violation === null ? <span className={classes.holds}>holds</span> : <code>{violation}</code>}
                      </div>
                    </li>
                  ))}
                </ol>
              </Section>
            </>
          );
        }}
      </Loaded>
    </>
  );
}

const columns = [
  { key: "granted", title: "Granted" },
  { key: "deposited", title: "Deposited" },
  { key: "in_wallets", title: "In wallets" },
  { key: "in_escrow", title: "In escrow" },
  { key: "fees", title: "Fees" },
  { key: "paid_out", title: "Paid out" },
] as const;
