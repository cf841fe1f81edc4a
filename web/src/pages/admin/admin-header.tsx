import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { PageHeader } from "../../components/page-header.tsx";
import classes from "./admin-header.module.css";

const tabs = [
  { to: "/admin", label: "Overview" },
  { to: "/admin/agents", label: "Approvals" },
  { to: "/admin/disputes", label: "Disputes" },
  { to: "/admin/cash", label: "Money in and out" },
  { to: "/admin/ledger", label: "Ledger" },
  { to: "/admin/jobs", label: "Jobs" },
  { to: "/admin/users", label: "People" },
] as const;

export interface AdminHeaderProps {
  readonly title: string;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
}

/** A page's name among those of administrators, and the way to the others. */
export function AdminHeader(props: AdminHeaderProps) {
  return (
    <>
      <PageHeader {...props} />
      <nav aria-label="Administration" className={classes.tabs}>
        {tabs.map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            className={classes.tab}
            activeOptions={{ exact: to === "/admin", includeSearch: false }}
          >
            {label}
          </Link>
        ))}
      </nav>
    </>
  );
}
