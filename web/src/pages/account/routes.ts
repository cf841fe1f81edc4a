import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { safeNext } from "../../api/session.ts";
import { rootRoute } from "../../routing/parents.ts";

/** `next`: where to go afterwards, only ever an address of this app. */
const withNext = (search: Record<string, unknown>): { next?: string } =>
  search.next === undefined ? {} : { next: safeNext(search.next) };

const withToken = (search: Record<string, unknown>): { token?: string } =>
  typeof search.token === "string" ? { token: search.token } : {};

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: withNext,
  component: lazyRouteComponent(() => import("./sign-in-page.tsx"), "SignInPage"),
});

const signUp = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-up",
  validateSearch: withNext,
  component: lazyRouteComponent(() => import("./sign-up-page.tsx"), "SignUpPage"),
});

const forgotPassword = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("./forgot-password-page.tsx"), "ForgotPasswordPage"),
});

const resetPassword = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset-password",
  validateSearch: withToken,
  component: lazyRouteComponent(() => import("./reset-password-page.tsx"), "ResetPasswordPage"),
});

const firstAdministrator = createRoute({
  getParentRoute: () => rootRoute,
  path: "/first-administrator",
  validateSearch: withToken,
  component: lazyRouteComponent(() => import("./first-administrator-page.tsx"), "FirstAdministratorPage"),
});

export const accountRoutes = [signIn, signUp, forgotPassword, resetPassword, firstAdministrator] as const;
