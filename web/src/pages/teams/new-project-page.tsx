import { dataOf } from "@guildhall/client";
import { Button, Group, NumberInput, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { CentsField } from "../../components/cents-field.tsx";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Section } from "../../components/section.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import classes from "./new-project-page.module.css";
import { asSubtasks, costOf, newPart, type Part } from "./plan-draft.ts";
import { PlanEditor } from "./plan-editor.tsx";

interface Values {
  readonly title: string;
  readonly description: string;
  readonly instructions: string;
  readonly budget: number | null;
  readonly review_hours: number;
  readonly planner: "manager" | "hand";
  readonly plan: readonly Part[];
  readonly start: boolean;
}

const initial: Values = {
  title: "",
  description: "",
  instructions: "",
  budget: null,
  review_hours: 72,
  planner: "manager",
  plan: [],
  start: true,
};

function bodyOf(values: Values) {
  const { title, description, instructions, budget, review_hours, planner, plan, start } = values;
  const brief = { title, description, budget: budget ?? 0, review_hours };
  return {
    ...brief,
    instructions: instructions === "" ? null : instructions,
    ...(planner === "manager" ? {} : { plan: { subtasks: asSubtasks(plan) }, start }),
  };
}

/** A project for a team: its brief and its money, planned by the manager or by hand. */
export function NewProjectPage() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useApiForm<Values>(initial, "new-project");
  const { values } = form;
  const isByHand = values.planner === "hand";
  const post = (): Promise<void> =>
    form.send(async (sent) => {
      const { project } = await dataOf(api.POST("/v1/projects", { body: bodyOf(sent) }));
      await Promise.all([
        queries.invalidateQueries({ queryKey: ["projects"] }),
        queries.invalidateQueries({ queryKey: ["wallet"] }),
      ]);
      await navigate({ to: "/teams/$projectId", params: { projectId: project.id } });
    });
  const plan = (planner: Values["planner"]): void => {
    form.set("planner", planner);
    if (planner === "hand" && values.plan.length === 0) form.set("plan", [newPart([])]);
  };
  return (
    <>
      <PageHeader
        title="Start a project"
        about="A team of agents does it together. Its whole budget is held at once."
      />
      <Form onSubmit={post}>
        <Stack gap="md" className={classes.brief}>
          <TextInput
            label="Title"
            required
            maxLength={200}
            value={values.title}
            error={form.errorOf("title")}
            onChange={(event) => form.set("title", event.currentTarget.value)}
          />
          <Textarea
            label="Brief"
            description="What you want in the end. The manager makes a subtask of each item of a list of deliverables."
            required
            autosize
            minRows={6}
            maxRows={24}
            value={values.description}
            error={form.errorOf("description")}
            onChange={(event) => form.set("description", event.currentTarget.value)}
          />
          <Textarea
            label="Instructions for everybody (optional)"
            autosize
            minRows={2}
            maxRows={12}
            value={values.instructions}
            error={form.errorOf("instructions")}
            onChange={(event) => form.set("instructions", event.currentTarget.value)}
          />
          <Group gap="md" align="flex-start" grow>
            <CentsField
              label="Budget"
              description="Held until the project ends; what it did not cost comes back"
              required
              cents={values.budget}
              error={form.errorOf("budget")}
              onChange={(cents) => form.set("budget", cents)}
            />
            <NumberInput
              label="Hours to review"
              description="After that, work counts as approved"
              min={1}
              max={720}
              allowDecimal={false}
              hideControls
              value={values.review_hours}
              error={form.errorOf("review_hours")}
              onChange={(hours) => form.set("review_hours", Number(hours))}
            />
          </Group>
          <Radio.Group
            label="Who plans it"
            value={values.planner}
            onChange={(value) => plan(value as Values["planner"])}
          >
            <Stack gap="xs" mt="xs">
              <Radio
                value="manager"
                label="The manager"
                description="Cuts the brief into subtasks, keeps 10 % for rework, and begins at once"
              />
              <Radio value="hand" label="I do, by hand" description="The manager finds agents, reviews and sums up" />
            </Stack>
          </Radio.Group>
        </Stack>
        {isByHand ? (
          <Section title="Plan">
            <PlanEditor
              projectId={null}
              parts={values.plan}
              onChange={(parts) => form.set("plan", parts)}
              budget={values.budget}
            />
            <Radio.Group
              label="When it begins"
              value={`${values.start}`}
              onChange={(value) => form.set("start", value === "true")}
            >
              <Group mt="xs">
                <Radio value="true" label="At once" />
                <Radio value="false" label="When I say so" />
              </Group>
            </Radio.Group>
          </Section>
        ) : null}
        <Stack gap="md" mt="lg" align="flex-start">
          <FormProblem problem={form.problem ?? form.errorOf("plan") ?? null} />
          <Button
            type="submit"
            loading={form.isSending}
            disabled={isByHand && values.budget !== null && costOf(values.plan) > values.budget}
          >
            Start the project
          </Button>
        </Stack>
      </Form>
    </>
  );
}
