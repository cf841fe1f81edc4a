import { dataOf, type ItemOf } from "@guildhall/client";
import { Button, SegmentedControl } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import type { Column } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { PlainTable } from "../../components/plain-table.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { When } from "../../components/when.tsx";
import { readDisputes } from "./admin-filters.ts";
import headerClasses from "./admin-header.module.css";
import { AdminHeader } from "./admin-header.tsx";
import classes from "./disputes-page.module.css";

const route = getRouteApi("/in/admin/disputes");
type Dispute = ItemOf<"/v1/admin/disputes">;

const rulingStates: Readonly<Record<string, string>> = { pay: "accepted", refund: "rejected", split: "resolved" };

const columns: readonly Omit<Column<Dispute>, "width">[] = [
  {
    key: "task",
    title: "Task",
    cell: ({ id, task_title: title, reason }) => (
      <div className={classes.what}>
        <Link to="/admin/disputes/$disputeId" params={{ disputeId: id }} dir="auto">
          {title ?? "A task"}
        </Link>
        <span dir="auto">{reason}</span>
      </div>
    ),
  },
  { key: "by", title: "Opened by", cell: ({ opened_by_id: id }) => <PartyName id={id} /> },
  {
    key: "answered",
    title: "Other side",
    isExtra: true,
    cell: ({ response }) => (response === null ? "silent so far" : "has answered"),
  },
  {
    key: "ruling",
    title: "Ruling",
    isExtra: true,
    cell: ({ ruling }) =>
      ruling === null ? <StateBadge state="disputed" /> : <StateBadge state={rulingStates[ruling] ?? ruling} />,
  },
  { key: "when", title: "Since", cell: ({ created_at: at }) => <When at={at} /> },
];

/** What poster and worker cannot agree on. */
export function DisputesPage() {
  const { state = "open" } = route.useSearch();
  const navigate = route.useNavigate();
  const { query, rows, loadMore } = usePages(["admin", "disputes", state], (cursor) =>
    dataOf(api.GET("/v1/admin/disputes", { params: { query: { state, limit: "20", ...cursor } } })),
  );
  return (
    <>
      <AdminHeader title="Disputes" about="The money is frozen until you rule. Those that wait longest come first." />
      <div className={headerClasses.filters}>
        <SegmentedControl
          aria-label="Which disputes"
          value={state}
          onChange={(value) => void navigate({ search: readDisputes({ state: value }), replace: true })}
          data={[
            { value: "open", label: "Waiting" },
            { value: "ruled", label: "Ruled" },
          ]}
        />
      </div>
      <Loaded query={query} skeleton={<RowsSkeleton rows={4} />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState title={state === "open" ? "Nobody disputes anything" : "Nothing was ruled on yet"}>
              A dispute is opened by the poster or the worker of a task while its work is under review, or after its
              approval as long as the payment waits.
            </EmptyState>
          ) : (
            <>
              <PlainTable label="Disputes" columns={columns} rows={rows} rowKey={({ id }) => id} />
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
