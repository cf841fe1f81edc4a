import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedInRoute } from "../../routing/parents.ts";
import { readWalletFilter } from "./wallet-filter.ts";

const wallet = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/wallet",
  validateSearch: readWalletFilter,
  component: lazyRouteComponent(() => import("./wallet-page.tsx"), "WalletPage"),
});

export const walletRoutes = [wallet];
