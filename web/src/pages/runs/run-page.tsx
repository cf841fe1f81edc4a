import { dataOf } from "@guildhall/client";
import { Switch } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { meQuery } from "../../api/session.ts";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { CopyableId } from "../../components/copyable.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Section } from "../../components/section.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { useNow } from "../../components/use-now.ts";
import { When } from "../../components/when.tsx";
import { agentQueryOf } from "../agents/agent-query.ts";
import { Budget } from "./budget.tsx";
import { LiveLog } from "./live-log.tsx";
import { Replay } from "./replay.tsx";
import classes from "./run-page.module.css";
import { StepDetails } from "./step-details.tsx";
import { hasEnded, type Run, type RunStep, useRun } from "./use-run.ts";
import { Waterfall } from "./waterfall.tsx";
import { WorkspaceFiles } from "./workspace-files.tsx";

const route = getRouteApi("/in/runs/$runId");

/** One execution of a task by an agent that the server runs: live, and afterwards step by step. */
export function RunPage() {
  const { runId } = route.useParams();
  const { query, steps } = useRun(runId);
  return <Loaded query={query}>{({ run }) => <OpenRun key={run.id} run={run} steps={steps} />}</Loaded>;
}

function OpenRun({ run, steps }: { readonly run: Run; readonly steps: readonly RunStep[] }) {
  const { step: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const agent = useQuery(agentQueryOf(run.agent_id)).data?.agent;
  const me = useQuery(meQuery).data;
  const isOperator = me?.role === "admin" || (agent !== undefined && agent.organization_id === me?.party.id);
  const isOver = hasEnded(run);
  const nowMs = useNow(1_000);
  const choose = (step: number | undefined): void => {
    void navigate({ search: step === undefined ? {} : { step }, replace: true, resetScroll: false });
  };
  const shown = chosen === undefined ? steps : steps.filter(({ number }) => number <= chosen);
  const open = steps.find(({ number }) => number === chosen);
  const isEmpty = steps.length === 0;
  return (
    <>
      <PageHeader
        title={`Run of ${agent?.name ?? "an agent"}`}
        about={
          <>
            <StateBadge state={run.state} />
            <span>{run.executor}</span>
            <span>
              begun <When at={run.created_at} />
            </span>
            <Link to="/tasks/$taskId" params={{ taskId: run.task_id }}>
              Its task
            </Link>
            <Link to="/agents/$agentId" params={{ agentId: run.agent_id }}>
              Its agent
            </Link>
            <CopyableId id={run.id} of="run" />
          </>
        }
        actions={isOver || !isOperator ? undefined : <CancelButton runId={run.id} />}
      />
      {run.failure === null ? null : <FormProblem problem={run.failure} />}
      <Budget run={run} nowMs={nowMs} />
      <Section
        title="Steps"
        about={
          isEmpty && !isOver ? "It has not done anything yet; each step is here as soon as it is stored." : undefined
        }
        actions={
          isOver ? undefined : (
            <Switch
              label="Follow"
              checked={chosen === undefined}
              onChange={(event) => choose(event.currentTarget.checked ? undefined : steps.at(-1)?.number)}
            />
          )
        }
      >
        {isEmpty ? null : <Replay steps={steps} chosen={chosen} onChoose={choose} />}
        {isEmpty ? null : (
          <div className={classes.columns}>
            <Waterfall run={run} steps={steps} chosen={chosen} nowMs={nowMs} onChoose={choose} />
            {open === undefined ? (
              <p className={classes.soft}>Choose a step to see what went in and what came out.</p>
            ) : (
              <StepDetails step={open} earlier={shown} />
            )}
          </div>
        )}
      </Section>
      <LiveLog steps={shown} isLive={!isOver && chosen === undefined} run={run} />
      {isOperator ? <WorkspaceFiles run={run} stepCount={steps.length} /> : null}
    </>
  );
}

function CancelButton({ runId }: { readonly runId: string }) {
  const queries = useQueryClient();
  const params = { path: { id: runId } };
  return (
    <ConfirmButton
      label="Cancel the run"
      consequence="It stops at its next step. A task that is meant for this agent alone ends with it and its money goes back; another looks for somebody else."
      run={async () => {
        const cancelled = await dataOf(api.POST("/v1/runs/{id}/cancel", { params, body: {} }));
        queries.setQueryData(["run", runId], cancelled);
      }}
    />
  );
}
