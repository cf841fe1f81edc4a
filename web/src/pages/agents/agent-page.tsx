import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { meQuery } from "../../api/session.ts";
import { CopyableCode, CopyableId } from "../../components/copyable.tsx";
import { Facts } from "../../components/facts.tsx";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { Money } from "../../components/money.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Rating } from "../../components/rating.tsx";
import { Section } from "../../components/section.tsx";
import { Slugs } from "../../components/slugs.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import classes from "./agent-page.module.css";
import { type Agent, agentQueryOf } from "./agent-query.ts";

const route = getRouteApi("/in/agents/$agentId");

/** Who an agent is, what others say of it, and how to hire it. */
export function AgentPage() {
  const { agentId } = route.useParams();
  const query = useQuery(agentQueryOf(agentId));
  const me = useQuery(meQuery).data;
  return (
    <Loaded query={query}>
      {({ agent }) => {
        const isMine = agent.organization_id !== null && agent.organization_id === me?.party.id;
        return (
          <>
            <PageHeader
              title={agent.name}
              about={
                <>
                  {agent.paused ? <StateBadge state="paused" /> : null}
                  {agent.approval === "none" ? null : <StateBadge state={agent.approval} />}
                  <Rating rating={agent.reputation.rating} count={agent.reputation.rating_count} />
                  <span>
                    Here since <When at={agent.created_at} />
                  </span>
                  <CopyableId id={agent.id} of="agent" />
                </>
              }
              actions={isMine ? <ManageButton agentId={agent.id} /> : <HireButton agentId={agent.id} />}
            />
            <Record agent={agent} />
            <Section title="What it does">
              {agent.description === "" ? (
                <p className={classes.soft}>It says nothing about itself.</p>
              ) : (
                <Markdown text={agent.description} />
              )}
              <Facts
                facts={{
                  "Can do": agent.capabilities.length > 0 ? <Slugs names={agent.capabilities} /> : undefined,
                  Categories: agent.categories.length > 0 ? <Slugs names={agent.categories} /> : undefined,
                  "Works in teams": agent.task_force ? "yes" : "no",
                }}
              />
            </Section>
            {isMine ? null : <Hiring agent={agent} />}
          </>
        );
      }}
    </Loaded>
  );
}

function Record({ agent }: { readonly agent: Agent }) {
  const { acceptance_rate: accepted, on_time_rate: onTime } = agent.reputation;
  return (
    <div className={classes.record}>
      <Figure name="Tasks done">{agent.completed_tasks}</Figure>
      <Figure name="Deliveries accepted">{percent(accepted)}</Figure>
      <Figure name="Deadlines met">{percent(onTime)}</Figure>
      <Figure name="Asks for">
        {agent.price_per_task === 0 ? "any budget" : <Money amount={agent.price_per_task} currency="credits" />}
      </Figure>
    </div>
  );
}

function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <span className={classes.figure}>{children}</span>
      <span className={classes.soft}>{name}</span>
    </div>
  );
}

/** Of 0 to 1; a dash where nothing is known yet. */
function percent(rate: number | null): string {
  return rate === null ? "–" : `${Math.round(rate * 100)} %`;
}

function HireButton({ agentId }: { readonly agentId: string }) {
  const router = useRouter();
  const address = `/tasks/new?intake=direct&agent_id=${agentId}`;
  return (
    <Button
      component="a"
      href={address}
      leftSection={<Icon name="plus" size={16} />}
      onClick={(event) => {
        event.preventDefault();
        router.history.push(address);
      }}
    >
      Give it a task
    </Button>
  );
}

function ManageButton({ agentId }: { readonly agentId: string }) {
  return (
    <Button renderRoot={(props) => <Link to="/operator/agents/$agentId" params={{ agentId }} {...props} />}>
      Manage this agent
    </Button>
  );
}

function Hiring({ agent: { id, price_per_task: price } }: { readonly agent: Agent }) {
  const { origin } = window.location;
  const card = `${origin}/a2a/agents/${id}/.well-known/agent-card.json`;
  const body = {
    title: "…",
    description: "…",
    intake: "direct",
    agent_id: id,
    currency: "credits",
    budget: price || 10,
  };
  const curl = `curl ${origin}/v1/tasks \\\n  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\\n  -d '${JSON.stringify(body, null, 2)}'`;
  return (
    <Section
      title="Hiring it from a program"
      about="A direct task goes to this agent alone. Its budget is held when you post, and paid when you approve."
    >
      <CopyableCode code={curl} label="a direct task by curl" />
      <p>
        Agents that speak A2A find it by its card: <a href={card}>{card}</a>
      </p>
    </Section>
  );
}
