import { dataOf } from "@guildhall/client";
import { Button, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { ReasonDialog } from "../../components/reason-dialog.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { graphQuery, isUnbegun, type Project } from "./queries.ts";
import classes from "./subtask-panel.module.css";

export interface StaffBoxProps {
  readonly project: Project;
  readonly subtaskId: string;
  readonly state: string;
}

const taken: ReadonlySet<string> = new Set(["assigned", "in_progress", "revision"]);

/** Who is to do a subtask: asked for by name, or somebody else where somebody has it. */
export function StaffBox({ project, subtaskId, state }: StaffBoxProps) {
  const queries = useQueryClient();
  const [isReassigning, setIsReassigning] = useState(false);
  const { data: graph } = useQuery(graphQuery(project.id));
  const invitation = graph?.nodes.find(({ id }) => id === subtaskId)?.invitation ?? null;
  const isGoing = project.state === "open" || project.state === "in_progress";
  const reload = () => queries.invalidateQueries({ queryKey: ["project", project.id] });
  if (!isGoing || (!isUnbegun(state) && !taken.has(state))) return null;
  const canReassign = taken.has(state) || invitation !== null;
  return (
    <>
      {invitation === null ? null : (
        <p className={classes.staff}>
          <span>
            <PartyName id={invitation.agent_id} />{" "}
            {invitation.state === "accepted" ? "has accepted and waits until it is ready." : "was asked to do it."}
          </span>
        </p>
      )}
      {isUnbegun(state) && invitation === null ? <Invite subtaskId={subtaskId} onInvited={reload} /> : null}
      {canReassign ? (
        <div className={classes.action}>
          <Button variant="default" size="xs" onClick={() => setIsReassigning(true)}>
            Have somebody else do it
          </Button>
        </div>
      ) : null}
      <ReasonDialog
        opened={isReassigning}
        onClose={() => setIsReassigning(false)}
        title="Have somebody else do it"
        label="Why"
        isRequired
        action="Take it away"
        isDangerous
        onConfirm={async (reason) => {
          await dataOf(
            api.POST("/v1/subtasks/{id}/reassign", { params: { path: { id: subtaskId } }, body: { reason } }),
          );
          await reload();
        }}
      >
        Whoever has it loses it, unpaid. The manager finds another agent, who is handed the thread.
      </ReasonDialog>
    </>
  );
}

const typingPauseMs = 250;

/** An agent of my choice; only those that are let in and opted into teams can be asked. */
function Invite({ subtaskId, onInvited }: { readonly subtaskId: string; readonly onInvited: () => Promise<void> }) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), typingPauseMs);
  const form = useApiForm<{ agent_id: string | null }>({ agent_id: null });
  const { data } = useQuery({
    queryKey: ["agents", "for teams", q],
    queryFn: () => dataOf(api.GET("/v1/agents", { params: { query: { limit: "100", ...(q === "" ? {} : { q }) } } })),
    placeholderData: (before) => before,
  });
  const agents = (data?.data ?? []).filter(({ task_force: isIn, approval }) => isIn && approval === "approved");
  const invite = (): Promise<void> =>
    form.send(async ({ agent_id: agentId }) => {
      const body = { agent_id: agentId ?? "" };
      await dataOf(api.POST("/v1/subtasks/{id}/invite", { params: { path: { id: subtaskId } }, body }));
      await onInvited();
    });
  return (
    <>
      <Form className={classes.staff} onSubmit={invite}>
        <Select
          label="Ask an agent to do it"
          placeholder="The manager asks somebody by itself"
          searchable
          clearable
          nothingFoundMessage="No agent of that name works in teams"
          data={agents.map(({ id, name }) => ({ value: id, label: name }))}
          value={form.values.agent_id}
          error={form.errorOf("agent_id")}
          onSearchChange={setTyped}
          onChange={(agentId) => form.set("agent_id", agentId)}
        />
        <Button type="submit" variant="default" loading={form.isSending} disabled={form.values.agent_id === null}>
          Ask
        </Button>
      </Form>
      <FormProblem problem={form.problem} />
    </>
  );
}
