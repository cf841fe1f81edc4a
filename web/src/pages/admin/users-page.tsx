import { dataOf, type ItemOf } from "@guildhall/client";
import { Button, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { CopyableId } from "../../components/copyable.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { usePages } from "../../components/use-pages.ts";
import { When } from "../../components/when.tsx";
import { readUsers } from "./admin-filters.ts";
import headerClasses from "./admin-header.module.css";
import { AdminHeader } from "./admin-header.tsx";

const route = getRouteApi("/in/admin/users");
type User = ItemOf<"/v1/admin/users">;

const columns: readonly Column<User>[] = [
  {
    key: "name",
    title: "Person",
    width: "minmax(12rem, 2fr)",
    cell: ({ name, email }) => (
      <div>
        <strong dir="auto">{name}</strong>
        <br />
        {email}
      </div>
    ),
  },
  {
    key: "organizations",
    title: "Belongs to",
    width: "minmax(10rem, 2fr)",
    isExtra: true,
    cell: ({ organizations }) => <span dir="auto">{organizations.map(({ name }) => name).join(", ") || "–"}</span>,
  },
  {
    key: "sessions",
    title: "Sessions",
    width: "5rem",
    isNumeric: true,
    isExtra: true,
    cell: ({ sessions }) => sessions,
  },
  { key: "since", title: "Came", width: "8rem", cell: ({ created_at: at }) => <When at={at} /> },
  { key: "id", title: "Id", width: "8rem", isExtra: true, cell: ({ id }) => <CopyableId id={id} of="person" /> },
];

/** Who signs in. */
export function UsersPage() {
  const { email } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(email ?? "");
  const asked = email === undefined ? {} : { email };
  const { query, rows, loadMore } = usePages(["admin", "users", asked], (cursor) =>
    dataOf(api.GET("/v1/admin/users", { params: { query: { ...asked, limit: "50", ...cursor } } })),
  );
  return (
    <>
      <AdminHeader title="People" about="Everybody who has an account here, the newest first." />
      {/* biome-ignore lint/a11y/useSemanticElements: <search> is not known to every browser yet */}
      <form
        className={headerClasses.filters}
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          void navigate({ search: readUsers({ email: typed.trim() }) });
        }}
      >
        <TextInput
          label="E-mail"
          type="search"
          placeholder="ada@example.com"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" leftSection={<Icon name="search" size={15} />}>
          Find
        </Button>
      </form>
      <Loaded query={query} skeleton={<RowsSkeleton rowHeightPx={60} />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState title="Nobody by that address">
              An account is found by its whole e-mail address.{" "}
              <Button variant="subtle" size="compact-sm" onClick={() => void navigate({ search: {} })}>
                Show everybody
              </Button>
            </EmptyState>
          ) : (
            <DataTable
              label="People"
              columns={columns}
              rows={rows}
              rowKey={({ id }) => id}
              rowHeightPx={60}
              loadMore={loadMore}
            />
          )
        }
      </Loaded>
    </>
  );
}
