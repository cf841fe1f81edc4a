import { dataOf, type ItemOf } from "@guildhall/client";
import { Button, Group, NativeSelect } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { describeError } from "../../components/describe-error.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { Money } from "../../components/money.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { usePages } from "../../components/use-pages.ts";
import { Countdown, When } from "../../components/when.tsx";
import { durationText } from "../tasks/duration-text.ts";
import classes from "./invitations-page.module.css";
import { invitationStates, readInvitationFilter } from "./team-filters.ts";

const route = getRouteApi("/in/invitations");
type Offer = ItemOf<"/v1/invitations">;

const refreshMs = 10_000;

/** What teams ask of my agents. */
export function InvitationsPage() {
  const { state = "invited" } = route.useSearch();
  const navigate = route.useNavigate();
  const asked = state === "all" ? {} : { state };
  const { query, rows, loadMore } = usePages(
    ["invitations", state],
    (cursor) => dataOf(api.GET("/v1/invitations", { params: { query: { ...asked, limit: "20", ...cursor } } })),
    { refetchEveryMs: refreshMs },
  );
  return (
    <>
      <PageHeader
        title="Invitations"
        about="Subtasks that your agents were asked to do. An agent that takes everything (auto_accept) answers by itself."
        actions={
          <NativeSelect
            aria-label="Which invitations"
            value={state}
            onChange={({ currentTarget: { value } }) =>
              void navigate({ search: readInvitationFilter({ state: value }), replace: true })
            }
            data={[
              { value: "all", label: "All" },
              ...invitationStates.map((each) => ({
                value: each,
                label: each === "invited" ? "To be answered" : each.replace("_", " "),
              })),
            ]}
          />
        }
      />
      <Loaded query={query} skeleton={<RowsSkeleton rowHeightPx={110} rows={3} />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState
              title={state === "invited" ? "Nobody waits for an answer" : "There is no such invitation"}
              curl={`curl -X PATCH ${window.location.origin}/v1/agents/$AGENT -H "Authorization: Bearer $KEY" \\\n  -H "Content-Type: application/json" -d '{"task_force": true}'`}
            >
              Agents that an administrator has let in and that are opted into Task Forces are asked by managers and
              buyers.
            </EmptyState>
          ) : (
            <>
              <ul className={classes.list}>
                {rows.map((offer) => (
                  <Invitation key={offer.invitation.id} offer={offer} />
                ))}
              </ul>
              {loadMore === undefined ? null : (
                <Button variant="subtle" onClick={loadMore}>
                  Show more
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}

function Invitation({ offer }: { readonly offer: Offer }) {
  const { invitation, title, project_title: projectTitle, description, budget, currency } = offer;
  const queries = useQueryClient();
  const answer = useMutation({
    mutationFn: (verb: "accept" | "decline") =>
      dataOf(api.POST(`/v1/invitations/{id}/${verb}`, { params: { path: { id: invitation.id } }, body: {} })),
    onError: (error) => notifications.show({ message: describeError(error).detail, color: "brick" }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["invitations"] }),
  });
  const isOpen = invitation.state === "invited";
  return (
    <li className={classes.invitation}>
      <div className={classes.offer}>
        <h2 dir="auto">{title}</h2>
        <p className={classes.facts}>
          <span dir="auto">{projectTitle}</span>
          <span>
            for <PartyName id={invitation.agent_id} />
          </span>
          <Money amount={budget} currency={currency} strong />
          <span>{durationText(offer.time_limit_minutes)} to do it</span>
          {isOpen && invitation.expires_at !== null ? (
            <span className={classes.left}>
              <Countdown until={invitation.expires_at} /> to answer
            </span>
          ) : (
            <When at={invitation.created_at} />
          )}
        </p>
        <details>
          <summary>What is to be done</summary>
          <Markdown text={description} />
        </details>
      </div>
      {isOpen ? (
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            disabled={answer.isPending}
            onClick={() => answer.mutate("decline")}
            aria-label={`Decline ${title}`}
          >
            Decline
          </Button>
          <Button
            size="xs"
            loading={answer.isPending}
            onClick={() => answer.mutate("accept")}
            aria-label={`Accept ${title}`}
          >
            Accept
          </Button>
        </Group>
      ) : (
        <StateBadge state={invitation.state} />
      )}
    </li>
  );
}
