import { dataOf } from "@guildhall/client";
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useBlocker } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { changeFrom, type Part, partsOf } from "./plan-draft.ts";
import { PlanEditor } from "./plan-editor.tsx";
import { type GraphNode, graphQuery, type Project, projectQuery } from "./queries.ts";

const route = getRouteApi("/in/teams/$projectId/plan");

/** A project's plan, changed by hand: sent as a whole, and taken as a whole or not at all. */
export function PlanPage() {
  const { projectId } = route.useParams();
  const project = useQuery(projectQuery(projectId));
  const graph = useQuery(graphQuery(projectId));
  return (
    <Loaded query={project}>
      {({ project: found }) => (
        <Loaded query={graph}>{({ nodes }) => <Editing key={found.id} project={found} nodes={nodes} />}</Loaded>
      )}
    </Loaded>
  );
}

function Editing({ project, nodes }: { readonly project: Project; readonly nodes: readonly GraphNode[] }) {
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  // What the change is measured against: the plan as it was when it was opened.
  const [before] = useState(() => partsOf(nodes));
  const form = useApiForm<{ parts: readonly Part[] }>({ parts: before });
  const { parts } = form.values;
  const change = changeFrom(before, parts);
  const [isSaved, setIsSaved] = useState(false);
  useBlocker({
    shouldBlockFn: () => change !== null && !isSaved && !window.confirm("Leave without sending the changed plan?"),
    enableBeforeUnload: () => change !== null && !isSaved,
  });
  const save = (): Promise<void> =>
    form.send(async () => {
      if (change === null) return;
      await dataOf(api.POST("/v1/projects/{id}/plan", { params: { path: { id: project.id } }, body: change }));
      setIsSaved(true);
      await queries.invalidateQueries({ queryKey: ["project", project.id] });
      await navigate({ to: "/teams/$projectId", params: { projectId: project.id }, ignoreBlocker: true });
    });
  return (
    <>
      <PageHeader
        title="Change the plan"
        about={
          <span>
            of <span dir="auto">{project.title}</span>. What nobody has begun can be changed; it is sent as a whole.
          </span>
        }
        actions={
          <>
            <Button
              variant="default"
              renderRoot={(props) => <Link to="/teams/$projectId" params={{ projectId: project.id }} {...props} />}
            >
              Back
            </Button>
            <Button disabled={change === null} loading={form.isSending} onClick={() => void save()}>
              Send the plan
            </Button>
          </>
        }
      />
      <FormProblem problem={form.problem ?? form.errorOf("parts") ?? null} />
      <PlanEditor
        projectId={project.id}
        parts={parts}
        onChange={(next) => form.set("parts", next)}
        budget={project.money?.budget ?? null}
      />
    </>
  );
}
