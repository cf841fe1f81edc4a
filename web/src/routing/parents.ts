import { createRootRouteWithContext, createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { queryClient } from "../api/query-client.ts";
import { isSignedOut, meQuery } from "../api/session.ts";
import { Frame, NotFound, NotFoundPage, RouteError } from "./frame.tsx";

/** Everything. */
export const rootRoute = createRootRouteWithContext()({
  component: Frame,
  notFoundComponent: NotFoundPage,
  errorComponent: RouteError,
});

/** Pages of somebody who is signed in, inside the shell; others are led to the sign-in page and back. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "in",
  beforeLoad: async ({ location }) => {
    try {
      return { me: await queryClient.ensureQueryData(meQuery) };
    } catch (error) {
      if (!isSignedOut(error)) throw error;
      throw redirect({ to: "/sign-in", search: { next: location.href } });
    }
  },
  component: lazyRouteComponent(() => import("../shell/shell.tsx"), "Shell"),
  notFoundComponent: NotFound,
});
