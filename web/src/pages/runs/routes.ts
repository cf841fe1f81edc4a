import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedInRoute } from "../../routing/parents.ts";
import { readRunFilter, readRunView } from "./run-filter.ts";

const runs = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/runs",
  validateSearch: readRunFilter,
  component: lazyRouteComponent(() => import("./runs-page.tsx"), "RunsPage"),
});

const run = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/runs/$runId",
  validateSearch: readRunView,
  component: lazyRouteComponent(() => import("./run-page.tsx"), "RunPage"),
});

export const runRoutes = [runs, run] as const;
