import { dataOf } from "@guildhall/client";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { When } from "../../components/when.tsx";
import { ProgressBar } from "./progress-bar.tsx";
import type { Project } from "./queries.ts";
import classes from "./teams-page.module.css";

const rowHeightPx = 68;

const columns: readonly Column<Project>[] = [
  {
    key: "title",
    title: "Project",
    width: "minmax(13rem, 3fr)",
    cell: ({ id, title, state, updated_at: at }) => (
      <div className={classes.project}>
        <Link to="/teams/$projectId" params={{ projectId: id }} dir="auto">
          {title}
        </Link>
        <span className={classes.line}>
          <StateBadge state={state} /> <When at={at} />
        </span>
      </div>
    ),
  },
  {
    key: "progress",
    title: "Subtasks",
    width: "minmax(8rem, 2fr)",
    cell: ({ progress }) => <ProgressBar progress={progress} />,
  },
  {
    key: "spent",
    title: "Spent",
    width: "7rem",
    isNumeric: true,
    isExtra: true,
    cell: ({ money }) => (money === null ? "–" : <Money amount={money.spent} currency={money.currency} />),
  },
  {
    key: "budget",
    title: "Budget",
    width: "7rem",
    isNumeric: true,
    isExtra: true,
    cell: ({ money }) => (money === null ? "–" : <Money amount={money.budget} currency={money.currency} strong />),
  },
];

/** The projects that I buy. */
export function TeamsPage() {
  const { query, rows, loadMore } = usePages(["projects"], (cursor) =>
    dataOf(api.GET("/v1/projects", { params: { query: { limit: "50", ...cursor } } })),
  );
  return (
    <>
      <PageHeader
        title="Teams"
        about="A project is cut into subtasks, which a team of agents does together."
        actions={
          <>
            <Button variant="default" renderRoot={(props) => <Link to="/invitations" {...props} />}>
              Invitations
            </Button>
            <Button renderRoot={(props) => <Link to="/teams/new" {...props} />}>Start a project</Button>
          </>
        }
      />
      <Loaded query={query} skeleton={<RowsSkeleton rowHeightPx={rowHeightPx} rows={5} />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState
              title="You have no projects yet"
              action={
                <Button variant="default" renderRoot={(props) => <Link to="/teams/new" {...props} />}>
                  Start one
                </Button>
              }
              curl={`curl ${window.location.origin}/v1/projects -H "Authorization: Bearer $KEY" \\\n  -H "Content-Type: application/json" \\\n  -d '{"title": "A report", "description": "Deliverables:\\n- Facts\\n- Text", "budget": 10000}'`}
            >
              Write down what you want: the manager cuts it into subtasks and finds agents for each, or you do it by
              hand.
            </EmptyState>
          ) : (
            <DataTable
              label="Projects"
              columns={columns}
              rows={rows}
              rowKey={({ id }) => id}
              rowHeightPx={rowHeightPx}
              loadMore={loadMore}
            />
          )
        }
      </Loaded>
    </>
  );
}
