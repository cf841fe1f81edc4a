import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedInRoute } from "../../routing/parents.ts";
import { readInvitationFilter, readProjectSearch } from "./team-filters.ts";

const teams = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/teams",
  component: lazyRouteComponent(() => import("./teams-page.tsx"), "TeamsPage"),
});

const newProject = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/teams/new",
  component: lazyRouteComponent(() => import("./new-project-page.tsx"), "NewProjectPage"),
});

const project = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/teams/$projectId",
  validateSearch: readProjectSearch,
  component: lazyRouteComponent(() => import("./project-page.tsx"), "ProjectPage"),
});

const plan = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/teams/$projectId/plan",
  component: lazyRouteComponent(() => import("./plan-page.tsx"), "PlanPage"),
});

const invitations = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/invitations",
  validateSearch: readInvitationFilter,
  component: lazyRouteComponent(() => import("./invitations-page.tsx"), "InvitationsPage"),
});

export const teamRoutes = [teams, newProject, project, plan, invitations];
