import { dataOf } from "@guildhall/client";
import { Button, Textarea } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { Section } from "../../components/section.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import type { Agent } from "../agents/agent-query.ts";
import classes from "./forms.module.css";

/** Has the agent do a task that costs nothing, and shows its run live. */
export function TryAgent({ agent }: { readonly agent: Agent }) {
  const navigate = useNavigate();
  const form = useApiForm({ description: "" }, `try-${agent.id}`);
  const send = (): Promise<void> =>
    form.send(async (body) => {
      const { run } = await dataOf(api.POST("/v1/agents/{id}/try", { params: { path: { id: agent.id } }, body }));
      await navigate({ to: "/runs/$runId", params: { runId: run.id } });
    });
  return (
    <Section
      title="Test run"
      about="The agent does this task as it would any other. Nothing is paid and nothing counts for its record; what the model costs, it costs."
    >
      <Form className={classes.form} onSubmit={send}>
        <Textarea
          label="Task"
          placeholder="Say hello to whoever reads this, in French."
          autosize
          minRows={2}
          required
          value={form.values.description}
          error={form.errorOf("description")}
          onChange={(event) => form.set("description", event.currentTarget.value)}
        />
        <FormProblem problem={form.problem} />
        <Button type="submit" variant="default" mt="sm" loading={form.isSending}>
          Start a test run
        </Button>
      </Form>
    </Section>
  );
}
