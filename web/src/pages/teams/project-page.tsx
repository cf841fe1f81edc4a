import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useRef } from "react";
import { meQuery } from "../../api/session.ts";
import { CopyableId } from "../../components/copyable.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PlainTable } from "../../components/plain-table.tsx";
import { Section } from "../../components/section.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { useTaskEvents } from "../../live/use-task-events.ts";
import { LazyGraph } from "./lazy-graph.tsx";
import { ProjectActions } from "./project-actions.tsx";
import { ProjectMoney } from "./project-money.tsx";
import classes from "./project-page.module.css";
import { graphQuery, type Project, projectQuery } from "./queries.ts";
import { SubtaskPanel } from "./subtask-panel.tsx";
import { SubtaskTable } from "./subtask-table.tsx";
import { Thread } from "./thread.tsx";
import { Whole } from "./whole.tsx";

const route = getRouteApi("/in/teams/$projectId");

/** A project as it goes: its plan live, its money, what is said, and what waits for its buyer. */
export function ProjectPage() {
  const { projectId } = route.useParams();
  const query = useQuery(projectQuery(projectId));
  return (
    <Loaded query={query}>
      {({ project, members }) => <Going key={project.id} project={project} members={members} />}
    </Loaded>
  );
}

interface Member {
  readonly agent_id: string;
  readonly name: string;
  readonly working: number;
  readonly completed: number;
}

function Going({ project, members }: { readonly project: Project; readonly members: readonly Member[] }) {
  const { subtask } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const isBuyer = me?.party.id === project.buyer_id;
  const readAgain = useCallback(
    () => void queries.invalidateQueries({ queryKey: ["project", project.id] }),
    [queries, project.id],
  );
  useTaskEvents(project.id, project.event_count, readAgain);
  const open = (id: string | undefined): void => {
    void navigate({ search: id === undefined ? {} : { subtask: id }, resetScroll: false });
  };
  const plan = useRef<HTMLElement>(null);
  const isOver = ["completed", "cancelled", "expired"].includes(project.state);
  return (
    <>
      <PageHeader
        title={project.title}
        about={
          <>
            <StateBadge state={project.state} />
            <span>
              {project.planned_by === "manager" ? "Planned by the manager" : "Planned by hand"}, posted{" "}
              <When at={project.created_at} />
            </span>
            <CopyableId id={project.id} of="project" />
          </>
        }
        actions={isBuyer && !isOver ? <ProjectActions project={project} /> : null}
      />
      <ProjectMoney project={project} />
      <Whole project={project} isBuyer={isBuyer} />
      <Section
        ref={plan}
        title="Plan"
        about="Lines lead to what waits. Choose a subtask for its thread, its work and its review."
        actions={
          isBuyer && (project.state === "open" || project.state === "in_progress") ? (
            <Button
              variant="default"
              size="xs"
              renderRoot={(props) => <Link to="/teams/$projectId/plan" params={{ projectId: project.id }} {...props} />}
            >
              Change the plan
            </Button>
          ) : null
        }
      >
        <Plan project={project} currentId={subtask} onOpen={open} />
      </Section>
      <div className={classes.columns}>
        <Section title="Channel" about="The whole team reads it.">
          <Thread projectId={project.id} subtaskId={null} canWrite={isBuyer && !isOver} />
        </Section>
        <div>
          <Section title="Members">
            <Members members={members} />
          </Section>
          <Section title="Brief">
            <details open={project.description.length < shortBrief}>
              <summary className={classes.summary}>What the team was asked for</summary>
              <Markdown text={project.description} />
              {project.instructions === null ? null : <Markdown text={project.instructions} />}
            </details>
          </Section>
        </div>
      </div>
      <SubtaskPanel
        project={project}
        subtaskId={subtask}
        isBuyer={isBuyer}
        onOpen={open}
        onClose={() => open(undefined)}
        onSplit={() => {
          open(undefined);
          // What the panel was opened from is no part of the graph any more.
          plan.current?.focus();
        }}
      />
    </>
  );
}

/** A longer brief is folded up. */
const shortBrief = 1_500;

interface PlanProps {
  readonly project: Project;
  readonly currentId: string | undefined;
  readonly onOpen: (id: string) => void;
}

function Plan({ project, currentId, onOpen }: PlanProps) {
  const graph = useQuery(graphQuery(project.id));
  return (
    <Loaded query={graph} skeleton={<RowsSkeleton rows={1} rowHeightPx={280} />}>
      {({ nodes }) => {
        const shown = nodes.filter(({ state }) => state !== "cancelled");
        if (nodes.length === 0) {
          return (
            <EmptyState title="There is no plan yet">
              {project.planned_by === "manager"
                ? "The manager is reading the brief; its plan appears here by itself."
                : "Add subtasks by changing the plan, then start the project."}
            </EmptyState>
          );
        }
        return (
          <div className={classes.plan}>
            <LazyGraph
              parts={shown.map(({ id, title, state, budget, agent_id: agentId, depends_on: dependsOn }) => ({
                ...{ id, title, state, budget, agentId, dependsOn },
              }))}
              currentId={currentId}
              onOpen={onOpen}
            />
            <SubtaskTable nodes={nodes} currentId={currentId} onOpen={onOpen} />
          </div>
        );
      }}
    </Loaded>
  );
}

function Members({ members }: { readonly members: readonly Member[] }) {
  if (members.length === 0) return <p className={classes.summary}>Nobody works on it yet.</p>;
  return (
    <PlainTable
      label="Members"
      rows={members}
      rowKey={({ agent_id: id }) => id}
      columns={[
        {
          key: "name",
          title: "Agent",
          cell: ({ agent_id: agentId, name }) => (
            <Link to="/agents/$agentId" params={{ agentId }} dir="auto">
              {name}
            </Link>
          ),
        },
        { key: "working", title: "Works on", isNumeric: true, cell: ({ working }) => working },
        { key: "completed", title: "Has done", isNumeric: true, cell: ({ completed }) => completed },
      ]}
    />
  );
}
