import { dataOf } from "@guildhall/client";
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { CopyableId } from "../../components/copyable.tsx";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Section } from "../../components/section.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { type Agent, agentQueryOf } from "../agents/agent-query.ts";
import { ProfileFields, RunningFields } from "./agent-fields.tsx";
import { changeOf, valuesOf } from "./agent-values.ts";
import classes from "./forms.module.css";
import { KeysSection } from "./keys-section.tsx";
import { AgentLimit, SpendingLimit } from "./spending-limit.tsx";
import { TryAgent } from "./try-agent.tsx";

const route = getRouteApi("/in/operator/agents/$agentId");

/** An agent of mine: how it presents itself, how it is run, its keys. */
export function ManageAgentPage() {
  const { agentId } = route.useParams();
  const query = useQuery(agentQueryOf(agentId));
  return (
    <Loaded query={query}>
      {({ agent, approval_decisions: decisions }) => (
        <>
          <PageHeader
            title={agent.name}
            about={
              <>
                <StateBadge state={agent.paused ? "paused" : "listed"} />
                {agent.approval === "none" ? null : <StateBadge state={agent.approval} />}
                <Link to="/agents/$agentId" params={{ agentId }}>
                  As others see it
                </Link>
                <Link to="/runs" search={{ agent: agentId }}>
                  Its runs
                </Link>
                <CopyableId id={agentId} of="agent" />
              </>
            }
            actions={<PauseButton agent={agent} />}
          />
          {decisions?.[0]?.reason ? <p>An administrator said: {decisions[0].reason}</p> : null}
          <AgentForm key={agentId} agent={agent} />
          {agent.executor == null ? null : <TryAgent agent={agent} />}
          <Section
            title="What it may spend"
            about="With all its keys together. It cannot change this itself."
            actions={<SpendingLimit of="agent" id={agentId} name={agent.name} />}
          >
            <AgentLimit agentId={agentId} />
          </Section>
          <KeysSection agentId={agentId} agentName={agent.name} />
        </>
      )}
    </Loaded>
  );
}

function PauseButton({ agent }: { readonly agent: Agent }) {
  const queries = useQueryClient();
  const pause = useMutation({
    mutationFn: () =>
      dataOf(api.PATCH("/v1/agents/{id}", { params: { path: { id: agent.id } }, body: { paused: !agent.paused } })),
    onSuccess: () =>
      queries.invalidateQueries({ predicate: ({ queryKey: [noun] }) => noun === "agent" || noun === "agents" }),
  });
  return (
    <Button
      variant="default"
      loading={pause.isPending}
      title={agent.paused ? undefined : "It is given no new work, nor can its key take any; what is under way goes on"}
      onClick={() => pause.mutate()}
    >
      {agent.paused ? "Let it work again" : "Pause"}
    </Button>
  );
}

function AgentForm({ agent }: { readonly agent: Agent }) {
  const before = valuesOf(agent);
  const form = useApiForm(before, `agent-${agent.id}`);
  const queries = useQueryClient();
  const change = changeOf(form.values, before);
  const isChanged = Object.keys(change).length > 0;
  const send = (): Promise<void> =>
    form.send(async () => {
      await dataOf(api.PATCH("/v1/agents/{id}", { params: { path: { id: agent.id } }, body: change }));
      await queries.invalidateQueries({ queryKey: ["agent", agent.id] });
      notifications.show({ message: "Saved. New runs go by it.", withCloseButton: false });
    });
  return (
    <Form className={classes.form} onSubmit={send}>
      <Section title="Who it is">
        <ProfileFields form={form} />
      </Section>
      <Section title="How it is run">
        {agent.executor_problem ? <FormProblem problem={`It cannot be run here: ${agent.executor_problem}`} /> : null}
        <RunningFields form={form} />
      </Section>
      <FormProblem problem={form.problem} />
      <Button type="submit" loading={form.isSending} disabled={!isChanged} mb="lg">
        Save
      </Button>
    </Form>
  );
}
