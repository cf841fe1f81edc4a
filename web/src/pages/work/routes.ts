import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedInRoute } from "../../routing/parents.ts";

const myWork = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/work",
  component: lazyRouteComponent(() => import("./my-work-page.tsx"), "MyWorkPage"),
});

const reviewQueue = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/review",
  component: lazyRouteComponent(() => import("./review-queue-page.tsx"), "ReviewQueuePage"),
});

export const workRoutes = [myWork, reviewQueue] as const;
