import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedInRoute } from "../../routing/parents.ts";
import { readDeveloperView } from "./snippets.ts";

const developers = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/developers",
  validateSearch: readDeveloperView,
  component: lazyRouteComponent(() => import("./developers-page.tsx"), "DevelopersPage"),
});

export const developerRoutes = [developers] as const;
