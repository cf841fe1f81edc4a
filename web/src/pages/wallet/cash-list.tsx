import { dataOf, type ItemOf } from "@guildhall/client";
import { Button } from "@mantine/core";
import { api } from "../../api/client.ts";
import { CopyableId } from "../../components/copyable.tsx";
import type { Column } from "../../components/data-table.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { PlainTable } from "../../components/plain-table.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { When } from "../../components/when.tsx";
import classes from "./cash-list.module.css";

type CashRequest = ItemOf<"/v1/wallet/deposits">;

const columns: readonly Omit<Column<CashRequest>, "width">[] = [
  { key: "state", title: "State", cell: ({ state }) => <StateBadge state={state} /> },
  { key: "when", title: "Asked", cell: ({ created_at: at }) => <When at={at} /> },
  {
    key: "note",
    title: "Reference and note",
    isExtra: true,
    cell: ({ reference, note }) => (
      <span dir="auto">{[reference, note].filter((text) => text !== null).join(" – ") || "–"}</span>
    ),
  },
  { key: "id", title: "Id", isExtra: true, cell: ({ id, kind }) => <CopyableId id={id} of={kind} /> },
  {
    key: "amount",
    title: "Amount",
    isNumeric: true,
    cell: ({ amount, currency }) => <Money amount={amount} currency={currency} strong />,
  },
];

const pageSize = "5";

/** What was asked for, each kind under its own heading. */
export function CashList() {
  return (
    <div className={classes.lists}>
      <Requests path="/v1/wallet/deposits" title="Deposits" none="Nothing was deposited yet." />
      <Requests path="/v1/wallet/payouts" title="Payouts" none="Nothing was paid out yet." />
    </div>
  );
}

interface RequestsProps {
  readonly path: "/v1/wallet/deposits" | "/v1/wallet/payouts";
  readonly title: string;
  readonly none: string;
}

function Requests({ path, title, none }: RequestsProps) {
  const { query, rows, loadMore } = usePages(["wallet", path], (cursor) =>
    dataOf(api.GET(path, { params: { query: { limit: pageSize, ...cursor } } })),
  );
  return (
    <section className={classes.list}>
      <h3>{title}</h3>
      <Loaded query={query} skeleton={<RowsSkeleton rows={2} rowHeightPx={40} />}>
        {() =>
          rows.length === 0 ? (
            <p className={classes.none}>{none}</p>
          ) : (
            <>
              <PlainTable label={title} columns={columns} rows={rows} rowKey={({ id }) => id} />
              {loadMore === undefined ? null : (
                <Button variant="subtle" size="xs" onClick={loadMore}>
                  Show older ones
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </section>
  );
}
