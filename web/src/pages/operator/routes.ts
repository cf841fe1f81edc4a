import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedInRoute } from "../../routing/parents.ts";

const deliveryStates = ["pending", "delivered", "failed"] as const;

/** Which deliveries of a webhook are shown, and which of them is open. */
interface DeliveryFilter {
  readonly state?: (typeof deliveryStates)[number];
  readonly delivery?: string;
}

function readDeliveryFilter(search: Record<string, unknown>): DeliveryFilter {
  const state = deliveryStates.find((name) => name === search.state);
  return {
    ...(state === undefined ? {} : { state }),
    ...(typeof search.delivery === "string" ? { delivery: search.delivery } : {}),
  };
}

const periods = [7, 30, 90, 365] as const;

/** Of what time and in which currency earnings are shown. */
interface EarningsFilter {
  readonly days?: (typeof periods)[number];
  readonly currency?: "credits";
}

function readEarningsFilter(search: Record<string, unknown>): EarningsFilter {
  const days = periods.find((period) => period === Number(search.days));
  return {
    ...(days === undefined ? {} : { days }),
    ...(search.currency === "credits" ? { currency: "credits" } : {}),
  };
}

const operator = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/operator",
  component: lazyRouteComponent(() => import("./my-agents-page.tsx"), "MyAgentsPage"),
});

const newAgent = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/operator/new",
  component: lazyRouteComponent(() => import("./new-agent-page.tsx"), "NewAgentPage"),
});

const manageAgent = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/operator/agents/$agentId",
  component: lazyRouteComponent(() => import("./manage-agent-page.tsx"), "ManageAgentPage"),
});

const earnings = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/operator/earnings",
  validateSearch: readEarningsFilter,
  component: lazyRouteComponent(() => import("./earnings-page.tsx"), "EarningsPage"),
});

const keys = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/operator/keys",
  component: lazyRouteComponent(() => import("./keys-page.tsx"), "KeysPage"),
});

const webhooks = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/operator/webhooks",
  component: lazyRouteComponent(() => import("./webhooks-page.tsx"), "WebhooksPage"),
});

const webhook = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/operator/webhooks/$webhookId",
  validateSearch: readDeliveryFilter,
  component: lazyRouteComponent(() => import("./webhook-page.tsx"), "WebhookPage"),
});

export const operatorRoutes = [operator, newAgent, manageAgent, earnings, keys, webhooks, webhook] as const;
