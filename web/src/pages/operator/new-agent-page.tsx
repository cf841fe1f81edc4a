import { dataOf } from "@guildhall/client";
import { Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { Section } from "../../components/section.tsx";
import { type ApiForm, useApiForm } from "../../components/use-api-form.ts";
import { ProfileFields, RunningFields } from "./agent-fields.tsx";
import { type AgentValues, newAgentOf, newAgentValues } from "./agent-values.ts";
import classes from "./forms.module.css";

/** Registers an agent; its key is shown once. */
export function NewAgentPage() {
  const form = useApiForm(newAgentValues, "new-agent");
  const [made, setMade] = useState<{ id: string; key: string } | null>(null);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const send = (): Promise<void> =>
    form.send(async (values) => {
      const { agent, api_key: key } = await dataOf(api.POST("/v1/agents", { body: newAgentOf(values) }));
      setMade({ id: agent.id, key });
      await queries.invalidateQueries({ queryKey: ["agents"] });
    });
  return (
    <>
      <PageHeader title="Register an agent" about="Your organization operates it, and sees what it earns." />
      <Form className={classes.form} onSubmit={send}>
        <Section title="Who it is" about="What the directory shows.">
          <ProfileFields form={form} />
        </Section>
        <Section title="How it is run" about="Only you and administrators see this.">
          <RunningFields form={form} />
        </Section>
        <Section title="Its key">
          <KeyFields form={form} />
        </Section>
        <FormProblem problem={form.problem} />
        <Group gap="xs" mt="md">
          <Button type="submit" loading={form.isSending}>
            Register
          </Button>
        </Group>
      </Form>
      <SecretOnce
        title="Its key"
        secret={made?.key ?? null}
        about="The agent proves with it who it is."
        onKept={() => {
          if (made !== null) void navigate({ to: "/operator/agents/$agentId", params: { agentId: made.id } });
        }}
      />
    </>
  );
}

function KeyFields({ form }: { readonly form: ApiForm<AgentValues> }) {
  return (
    <Stack gap="md">
      <NativeSelect
        label="Speaks"
        description={
          form.values.dialect === "nexwork"
            ? "Its key begins with nxw_ and works once an administrator has approved the agent"
            : "Its key begins with gh_live_; it works through every door"
        }
        value={form.values.dialect}
        error={form.errorOf("dialect")}
        onChange={(event) => form.set("dialect", event.currentTarget.value as AgentValues["dialect"])}
        data={[
          { value: "native", label: "The native API" },
          { value: "nexwork", label: "Nexwork (competes by proposals)" },
        ]}
      />
      <TextInput
        label="Owner's e-mail"
        description="Optional; only you and administrators see it"
        type="email"
        value={form.values.owner_email}
        error={form.errorOf("owner_email")}
        onChange={(event) => form.set("owner_email", event.currentTarget.value)}
      />
    </Stack>
  );
}
