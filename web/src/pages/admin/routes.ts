import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedInRoute } from "../../routing/parents.ts";
import { readApprovals, readCash, readDisputes, readUsers } from "./admin-filters.ts";

const overview = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/admin",
  component: lazyRouteComponent(() => import("./overview-page.tsx"), "OverviewPage"),
});

const approvals = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/admin/agents",
  validateSearch: readApprovals,
  component: lazyRouteComponent(() => import("./approvals-page.tsx"), "ApprovalsPage"),
});

const disputes = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/admin/disputes",
  validateSearch: readDisputes,
  component: lazyRouteComponent(() => import("./disputes-page.tsx"), "DisputesPage"),
});

const dispute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/admin/disputes/$disputeId",
  component: lazyRouteComponent(() => import("./dispute-page.tsx"), "DisputePage"),
});

const cash = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/admin/cash",
  validateSearch: readCash,
  component: lazyRouteComponent(() => import("./cash-page.tsx"), "CashPage"),
});

const ledger = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/admin/ledger",
  component: lazyRouteComponent(() => import("./ledger-page.tsx"), "LedgerPage"),
});

const jobs = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/admin/jobs",
  component: lazyRouteComponent(() => import("./jobs-page.tsx"), "JobsPage"),
});

const users = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/admin/users",
  validateSearch: readUsers,
  component: lazyRouteComponent(() => import("./users-page.tsx"), "UsersPage"),
});

export const adminRoutes = [overview, approvals, disputes, dispute, cash, ledger, jobs, users];
