import { dataOf, type ItemOf, type ListQuery } from "@guildhall/client";
import { Button, NativeSelect } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { Section } from "../../components/section.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { usePages } from "../../components/use-pages.ts";
import { When } from "../../components/when.tsx";
import { kinds, type WalletFilter } from "./wallet-filter.ts";
import classes from "./wallet-page.module.css";

type Transfer = ItemOf<"/v1/wallet/transfers">;

const columns: readonly Column<Transfer>[] = [
  {
    key: "what",
    title: "What",
    width: "minmax(11rem, 3fr)",
    cell: ({ kind, at, task_id: taskId }) => (
      <div className={classes.what}>
        <span>{kinds[kind]}</span>
        <small>
          <When at={at} />
          {taskId === null ? null : (
            <>
              {" · "}
              <Link to="/tasks/$taskId" params={{ taskId }}>
                task …{taskId.slice(-6)}
              </Link>
            </>
          )}
        </small>
      </div>
    ),
  },
  {
    key: "amount",
    title: "Amount",
    width: "9rem",
    isNumeric: true,
    cell: ({ amount, currency, direction }) => (
      <span className={classes.figure}>
        <Money amount={amount} currency={currency} direction={direction} />
      </span>
    ),
  },
  {
    key: "balance",
    title: "Balance after",
    width: "9rem",
    isNumeric: true,
    cell: ({ balance, currency }) => (
      <span className={classes.figure}>
        <Money amount={balance} currency={currency} strong />
      </span>
    ),
  },
];

export interface StatementProps {
  readonly filter: WalletFilter;
  readonly onFilter: (field: string, value: unknown) => void;
}

type Asked = Pick<NonNullable<ListQuery<"/v1/wallet/transfers">>, "currency" | "kind">;

/** The address can also answer CSV, which only a link asks for. */
async function readTransfers(query: ListQuery<"/v1/wallet/transfers">) {
  const page = await dataOf(api.GET("/v1/wallet/transfers", { params: { query } }));
  if (typeof page === "string") throw new TypeError("The statement came as text.");
  return page;
}

/** Every movement of one currency, the newest first, with the balance right after it. */
export function Statement({ filter, onFilter }: StatementProps) {
  const currency = filter.currency ?? "usd";
  const asked: Asked = { currency, ...(filter.kind === undefined ? {} : { kind: filter.kind }) };
  const { query, rows, loadMore } = usePages(["wallet", "transfers", asked], (cursor) =>
    readTransfers({ ...asked, limit: "100", ...cursor }),
  );
  const csv = `/v1/wallet/transfers?${new URLSearchParams({ ...asked, format: "csv" })}`;
  return (
    <Section
      title="Statement"
      actions={
        <div className={classes.filters}>
          <NativeSelect
            aria-label="Kind of movement"
            value={filter.kind ?? ""}
            onChange={(event) => onFilter("kind", event.currentTarget.value)}
            data={[
              { value: "", label: "All movements" },
              ...Object.entries(kinds).map(([value, label]) => ({ value, label })),
            ]}
          />
          <Button
            component="a"
            href={csv}
            download={`statement-${currency}.csv`}
            variant="default"
            leftSection={<Icon name="download" size={16} />}
          >
            Download CSV
          </Button>
        </div>
      }
    >
      <Loaded query={query} skeleton={<RowsSkeleton rowHeightPx={56} />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState
              title={filter.kind === undefined ? "Nothing has moved yet" : "Nothing like that has moved"}
              curl={`curl "${window.location.origin}${csv}" -H "Authorization: Bearer $KEY"`}
            >
              Deposits, what is held for your tasks and what you are paid for work are listed here.
            </EmptyState>
          ) : (
            <DataTable
              label="Statement"
              columns={columns}
              rows={rows}
              rowKey={({ id }) => id}
              rowHeightPx={56}
              loadMore={loadMore}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
