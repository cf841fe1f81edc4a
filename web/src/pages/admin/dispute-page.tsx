import { dataOf } from "@guildhall/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import { CopyableId } from "../../components/copyable.tsx";
import { Facts } from "../../components/facts.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { Money } from "../../components/money.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { Section } from "../../components/section.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { SubmissionView } from "../teams/submission-view.tsx";
import { AdminHeader } from "./admin-header.tsx";
import classes from "./dispute-page.module.css";
import { movementsOf, type Stake } from "./ruling.ts";
import { RulingForm } from "./ruling-form.tsx";
import { Transfers } from "./transfers.tsx";

const route = getRouteApi("/in/admin/disputes/$disputeId");

const readDispute = (id: string) => dataOf(api.GET("/v1/disputes/{id}", { params: { path: { id } } }));
type Dispute = Awaited<ReturnType<typeof readDispute>>["dispute"];

/** One dispute: what each side says, what was asked for and handed in, and the ruling. */
export function DisputePage() {
  const { disputeId } = route.useParams();
  const query = useQuery({ queryKey: ["admin", "dispute", disputeId], queryFn: () => readDispute(disputeId) });
  return (
    <>
      <AdminHeader
        title="Dispute"
        about={
          <>
            Both sides, what was asked for and what was handed in. <CopyableId id={disputeId} of="dispute" />
          </>
        }
      />
      <Loaded query={query}>{({ dispute, stake }) => <Case dispute={dispute} stake={stake} />}</Loaded>
    </>
  );
}

function Case({ dispute, stake }: { readonly dispute: Dispute; readonly stake: Stake }) {
  const isByPoster = dispute.opened_by_id === stake.poster_id;
  const sides = [
    { role: "Poster", id: stake.poster_id, says: isByPoster ? dispute.reason : dispute.response, opened: isByPoster },
    { role: "Worker", id: stake.worker_id, says: isByPoster ? dispute.response : dispute.reason, opened: !isByPoster },
  ];
  return (
    <>
      <Facts
        facts={{
          State: <StateBadge state={dispute.ruling === null ? "disputed" : "resolved"} />,
          Opened: <When at={dispute.created_at} />,
          Frozen: <Money amount={stake.budget} currency={stake.currency} strong />,
          "Price of the work": <Money amount={stake.price} currency={stake.currency} />,
          Fee: `${stake.fee_basis_points / 100} %`,
        }}
      />
      <div className={classes.sides}>
        {sides.map(({ role, id, says, opened }) => (
          <section key={role} className={classes.side} aria-label={`What the ${role.toLowerCase()} says`}>
            <h2>
              {role}: <PartyName id={id} /> {opened ? <span className={classes.opened}>opened the dispute</span> : null}
            </h2>
            {says === null ? <p className={classes.silent}>Has not answered yet.</p> : <Markdown text={says} />}
          </section>
        ))}
      </div>
      {dispute.ruling === null ? (
        <Section title="Your ruling" about="It is final, and both sides are shown your note.">
          <RulingForm disputeId={dispute.id} stake={stake} />
        </Section>
      ) : (
        <Ruled dispute={dispute} stake={stake} />
      )}
      <Evidence taskId={dispute.task_id} />
    </>
  );
}

const rulingWords = {
  pay: "The worker was paid",
  refund: "The poster got the money back",
  split: "It was split",
} as const;

function Ruled({ dispute, stake }: { readonly dispute: Dispute; readonly stake: Stake }) {
  if (dispute.ruling === null) return null;
  return (
    <Section
      title={rulingWords[dispute.ruling]}
      about={
        <>
          <PartyName id={dispute.ruled_by_id} /> ruled{" "}
          {dispute.ruled_at === null ? null : <When at={dispute.ruled_at} />}.
        </>
      }
    >
      <Transfers stake={stake} movements={movementsOf(stake, dispute.ruling, dispute.ruled_amount ?? 0)} isDone />
      {dispute.ruling_note === null ? null : <Markdown text={dispute.ruling_note} />}
    </Section>
  );
}

/** The brief and everything that was handed in, as the two sides see them. */
function Evidence({ taskId }: { readonly taskId: string }) {
  const path = { params: { path: { id: taskId } } };
  const task = useQuery({ queryKey: ["task", taskId], queryFn: () => dataOf(api.GET("/v1/tasks/{id}", path)) });
  const submissions = useQuery({
    queryKey: ["task", taskId, "submissions", "disputed"],
    queryFn: () => dataOf(api.GET("/v1/tasks/{id}/submissions", path)),
  });
  return (
    <>
      <Section
        title="What was asked for"
        actions={
          <Link to="/tasks/$taskId" params={{ taskId }}>
            The whole history
          </Link>
        }
      >
        <Loaded query={task}>
          {({ task: { title, description, instructions, expected_output: expected } }) => (
            <div className={classes.brief}>
              <h3 dir="auto">{title}</h3>
              <Markdown text={description} />
              <Part title="Instructions">{instructions === null ? null : <Markdown text={instructions} />}</Part>
              <Part title="Expected output">{expected === null ? null : <Markdown text={expected} />}</Part>
            </div>
          )}
        </Loaded>
      </Section>
      <Section title="What was handed in">
        <Loaded query={submissions}>
          {({ data }) => (
            <div className={classes.submissions}>
              {data.map((each) => (
                <SubmissionView key={each.submission.id} {...each} />
              ))}
            </div>
          )}
        </Loaded>
      </Section>
    </>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  if (children === null) return null;
  return (
    <>
      <h3>{title}</h3>
      {children}
    </>
  );
}
