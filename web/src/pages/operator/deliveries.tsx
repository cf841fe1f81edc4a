import { dataOf } from "@guildhall/client";
import { Button, NativeSelect, UnstyledButton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { CopyableCode, CopyableId } from "../../components/copyable.tsx";
import { describeError } from "../../components/describe-error.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Section } from "../../components/section.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { Countdown, When } from "../../components/when.tsx";
import { Attempts } from "./attempts.tsx";
import classes from "./deliveries.module.css";
import type { Webhook } from "./webhook-form.tsx";
import { deliveryState } from "./webhook-state.ts";

const route = getRouteApi("/in/operator/webhooks/$webhookId");
type Delivery = Awaited<ReturnType<typeof readDeliveries>>["data"][number];

const lookAgainMs = 3_000;

function readDeliveries(id: string, query: { state?: "pending" | "delivered" | "failed"; cursor?: string }) {
  return dataOf(
    api.GET("/v1/webhooks/{id}/deliveries", { params: { path: { id }, query: { limit: "30", ...query } } }),
  );
}

/** What was sent to a webhook, and the one that is open. */
export function Deliveries({ webhook: { id, disabled_at: disabledAt } }: { readonly webhook: Webhook }) {
  const { state, delivery: openId } = route.useSearch();
  const navigate = route.useNavigate();
  const { query, rows, loadMore } = usePages(
    ["deliveries", id, state],
    (cursor) => readDeliveries(id, { ...(state === undefined ? {} : { state }), ...cursor }),
    { refetchEveryMs: lookAgainMs },
  );
  return (
    <Section
      title="Deliveries"
      about="Kept for 30 days. What does not arrive is sent again after 5 seconds, 5 minutes, 30 minutes, 2 hours, and so on for ten days."
      actions={
        <NativeSelect
          aria-label="Which deliveries"
          value={state ?? ""}
          onChange={(event) => {
            const chosen = (["pending", "delivered", "failed"] as const).find(
              (name) => name === event.currentTarget.value,
            );
            void navigate({ search: chosen === undefined ? {} : { state: chosen }, replace: true });
          }}
          data={[
            { value: "", label: "All" },
            { value: "pending", label: "Waiting" },
            { value: "delivered", label: "Arrived" },
            { value: "failed", label: "Failed" },
          ]}
        />
      }
    >
      <Loaded query={query} skeleton={<RowsSkeleton rows={4} />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState title="Nothing was sent">
              Send a test ping, or wait until something happens on your tasks.
            </EmptyState>
          ) : (
            <div className={classes.columns}>
              <div>
                <ul className={classes.list} aria-label="Deliveries">
                  {rows.map((delivery) => (
                    <DeliveryLine key={delivery.id} delivery={delivery} isOpen={delivery.id === openId} />
                  ))}
                </ul>
                {loadMore === undefined ? null : (
                  <Button variant="default" mt="sm" onClick={loadMore}>
                    Older ones
                  </Button>
                )}
              </div>
              {openId === undefined ? (
                <p className={classes.soft}>Choose one to see what was sent and what came back.</p>
              ) : (
                <OpenDelivery key={openId} webhookId={id} deliveryId={openId} isOff={disabledAt !== null} />
              )}
            </div>
          )
        }
      </Loaded>
    </Section>
  );
}

function DeliveryLine({ delivery, isOpen }: { readonly delivery: Delivery; readonly isOpen: boolean }) {
  const navigate = route.useNavigate();
  const { id, type, state, attempt_count: attempts, created_at: at } = delivery;
  return (
    <li>
      <UnstyledButton
        className={classes.line}
        aria-pressed={isOpen}
        onClick={() => void navigate({ search: (before) => ({ ...before, delivery: id }), resetScroll: false })}
      >
        <code>{type}</code>
        <StateBadge state={deliveryState(state)} />
        <span className={classes.soft}>
          <When at={at} />
          {attempts > 1 ? `, ${attempts} attempts` : ""}
        </span>
        <Icon name="right" size={14} />
      </UnstyledButton>
    </li>
  );
}

interface OpenDeliveryProps {
  readonly webhookId: string;
  readonly deliveryId: string;
  readonly isOff: boolean;
}

function OpenDelivery({ webhookId: id, deliveryId, isOff }: OpenDeliveryProps) {
  const queries = useQueryClient();
  const params = { path: { id, deliveryId } };
  const query = useQuery({
    queryKey: ["deliveries", id, "one", deliveryId],
    queryFn: () => dataOf(api.GET("/v1/webhooks/{id}/deliveries/{deliveryId}", { params })),
    refetchInterval: ({ state }) => (state.data?.delivery.state === "pending" ? 1_000 : false),
  });
  const replay = useMutation({
    mutationFn: () => dataOf(api.POST("/v1/webhooks/{id}/deliveries/{deliveryId}/replay", { params, body: {} })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["deliveries", id] }),
  });
  return (
    <Loaded query={query}>
      {({ delivery }) => (
        <article className={classes.open} aria-label={`Delivery of ${delivery.type}`}>
          <header>
            <h3>
              <code>{delivery.type}</code>
            </h3>
            <StateBadge state={deliveryState(delivery.state)} />
            <CopyableId id={delivery.id} of="message" />
            <Button
              variant="default"
              size="compact-sm"
              disabled={isOff}
              loading={replay.isPending}
              onClick={() => replay.mutate()}
            >
              Send it again
            </Button>
          </header>
          <FormProblem problem={replay.isError ? describeError(replay.error).detail : null} />
          <p className={classes.soft}>
            Made <When at={delivery.created_at} />
            {delivery.next_attempt_at === null ? null : (
              <>
                , next attempt in <Countdown until={delivery.next_attempt_at} />
              </>
            )}
            {delivery.task_id === null ? null : (
              <>
                , of{" "}
                <Link to="/tasks/$taskId" params={{ taskId: delivery.task_id }}>
                  this task
                </Link>
              </>
            )}
          </p>
          <h4>Request</h4>
          <CopyableCode code={pretty(delivery.body)} label="the request's body" />
          <Attempts attempts={delivery.attempts} />
        </article>
      )}
    </Loaded>
  );
}

/** JSON to read; anything else as it is. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
