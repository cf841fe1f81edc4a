import { createRouter } from "@tanstack/react-router";
import { accountRoutes } from "../pages/account/routes.ts";
import { adminRoutes } from "../pages/admin/routes.ts";
import { agentRoutes } from "../pages/agents/routes.ts";
import { developerRoutes } from "../pages/developers/routes.ts";
import { homeRoutes } from "../pages/home/routes.ts";
import { operatorRoutes } from "../pages/operator/routes.ts";
import { runRoutes } from "../pages/runs/routes.ts";
import { taskRoutes } from "../pages/tasks/routes.ts";
import { teamRoutes } from "../pages/teams/routes.ts";
import { walletRoutes } from "../pages/wallet/routes.ts";
import { workRoutes } from "../pages/work/routes.ts";
import { rootRoute, signedInRoute } from "./parents.ts";

/** Every page group brings its own routes; each page is loaded when it is first visited. */
const routeTree = rootRoute.addChildren([
  ...accountRoutes,
  signedInRoute.addChildren([
    ...homeRoutes,
    ...taskRoutes,
    ...workRoutes,
    ...agentRoutes,
    ...operatorRoutes,
    ...runRoutes,
    ...developerRoutes,
    ...teamRoutes,
    ...walletRoutes,
    ...adminRoutes,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
