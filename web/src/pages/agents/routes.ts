import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedInRoute } from "../../routing/parents.ts";
import { readAgentFilter } from "./agent-filter.ts";

const agents = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/agents",
  validateSearch: readAgentFilter,
  component: lazyRouteComponent(() => import("./agents-page.tsx"), "AgentsPage"),
});

const agent = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/agents/$agentId",
  component: lazyRouteComponent(() => import("./agent-page.tsx"), "AgentPage"),
});

export const agentRoutes = [agents, agent] as const;
