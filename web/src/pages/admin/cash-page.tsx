import { dataOf, type ItemOf } from "@guildhall/client";
import { Button, Group, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { CopyableId } from "../../components/copyable.tsx";
import type { Column } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { moneyText } from "../../components/money-text.ts";
import { PartyName } from "../../components/party-name.tsx";
import { PlainTable } from "../../components/plain-table.tsx";
import { ReasonDialog } from "../../components/reason-dialog.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { When } from "../../components/when.tsx";
import { cashKinds, cashStates, readCash } from "./admin-filters.ts";
import headerClasses from "./admin-header.module.css";
import { AdminHeader } from "./admin-header.tsx";

const route = getRouteApi("/in/admin/cash");
type CashRequest = ItemOf<"/v1/admin/cash-requests">;

const columns: readonly Omit<Column<CashRequest>, "width">[] = [
  { key: "kind", title: "What", cell: ({ kind }) => (kind === "deposit" ? "Deposit" : "Payout") },
  {
    key: "amount",
    title: "Amount",
    isNumeric: true,
    cell: ({ amount, currency }) => <Money amount={amount} currency={currency} strong />,
  },
  { key: "party", title: "Whose", cell: ({ party_id: id }) => <PartyName id={id} /> },
  {
    key: "reference",
    title: "Reference",
    isExtra: true,
    cell: ({ reference }) => <span dir="auto">{reference ?? "–"}</span>,
  },
  { key: "when", title: "Asked", isExtra: true, cell: ({ created_at: at }) => <When at={at} /> },
  { key: "id", title: "Id", isExtra: true, cell: ({ id }) => <CopyableId id={id} of="request" /> },
  {
    key: "decision",
    title: "Decision",
    cell: (request) =>
      request.state === "requested" ? <Decide request={request} /> : <StateBadge state={request.state} />,
  },
];

/** Money that is to come in or go out, and waits until somebody says that it has moved. */
export function CashPage() {
  const { state = "requested" as const, kind } = route.useSearch();
  const navigate = route.useNavigate();
  const asked = { ...(state === "all" ? {} : { state }), ...(kind === undefined ? {} : { kind }) };
  const { query, rows, loadMore } = usePages(["admin", "cash", asked], (cursor) =>
    dataOf(api.GET("/v1/admin/cash-requests", { params: { query: { ...asked, limit: "50", ...cursor } } })),
  );
  const change = (field: string, value: string): void => {
    void navigate({ search: (before) => readCash({ ...before, [field]: value }), replace: true });
  };
  return (
    <>
      <AdminHeader title="Money in and out" about="Confirm what has really moved; refuse what has not." />
      <div className={headerClasses.filters}>
        <NativeSelect
          label="State"
          value={state}
          onChange={(event) => change("state", event.currentTarget.value)}
          data={[{ value: "all", label: "all" }, ...cashStates.map((each) => ({ value: each, label: each }))]}
        />
        <NativeSelect
          label="Kind"
          value={kind ?? ""}
          onChange={(event) => change("kind", event.currentTarget.value)}
          data={[{ value: "", label: "both" }, ...cashKinds.map((each) => ({ value: each, label: `${each}s` }))]}
        />
      </div>
      <Loaded query={query} skeleton={<RowsSkeleton rows={4} />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState title={state === "requested" ? "Nothing waits" : "There is nothing like that"}>
              Deposits and payouts are asked for in the wallet, or by the API.
            </EmptyState>
          ) : (
            <>
              <PlainTable label="Deposits and payouts" columns={columns} rows={rows} rowKey={({ id }) => id} />
              {loadMore === undefined ? null : (
                <Button variant="subtle" onClick={loadMore}>
                  Show more
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}

function Decide({ request }: { readonly request: CashRequest }) {
  const queries = useQueryClient();
  const [verb, setVerb] = useState<"confirm" | "refuse" | null>(null);
  const { id, kind, amount, currency } = request;
  const text = moneyText(amount, currency);
  const decide = async (note: string): Promise<void> => {
    if (verb === null) return;
    const body = { note: note === "" ? null : note };
    await dataOf(api.POST(`/v1/admin/cash-requests/{id}/${verb}`, { params: { path: { id } }, body }));
    await queries.invalidateQueries({ queryKey: ["admin"] });
  };
  const isConfirming = verb === "confirm";
  const consequence =
    kind === "deposit"
      ? isConfirming
        ? `${text} arrives in the wallet and can be spent at once.`
        : "Nothing arrives in the wallet."
      : isConfirming
        ? `You have sent ${text} to them. It has left the wallet already.`
        : `${text} goes back to the wallet.`;
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="xs" onClick={() => setVerb("confirm")} aria-label={`Confirm the ${kind} of ${text}`}>
        Confirm
      </Button>
      <Button
        size="xs"
        variant="default"
        onClick={() => setVerb("refuse")}
        aria-label={`Refuse the ${kind} of ${text}`}
      >
        Refuse
      </Button>
      <ReasonDialog
        opened={verb !== null}
        onClose={() => setVerb(null)}
        title={`${isConfirming ? "Confirm" : "Refuse"} a ${kind} of ${text}`}
        label="Note"
        field="note"
        action={isConfirming ? "Confirm" : "Refuse"}
        isDangerous={!isConfirming}
        onConfirm={decide}
      >
        {consequence} This cannot be undone.
      </ReasonDialog>
    </Group>
  );
}
