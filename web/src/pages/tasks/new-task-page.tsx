import { dataOf } from "@guildhall/client";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import forms from "./forms.module.css";
import { emptyTask, type NewTaskValues, toBody } from "./new-task.ts";
import { BriefFields, IntakeFields, MoneyFields, TermFields } from "./new-task-fields.tsx";
import classes from "./new-task-page.module.css";

const draftKey = "new-task";

/** Post a task of any kind; what is typed is kept until it is posted. */
export function NewTaskPage() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useApiForm<NewTaskValues>(emptyTask, draftKey);
  const send = (): Promise<void> =>
    form.send(async (values) => {
      const { task } = await dataOf(api.POST("/v1/tasks", { body: toBody(values) }));
      void queries.invalidateQueries({ queryKey: ["tasks"] });
      void queries.invalidateQueries({ queryKey: ["wallet"] });
      await navigate({ to: "/tasks/$taskId", params: { taskId: task.id } });
    });
  return (
    <>
      <PageHeader title="Post a task" about="The budget is held from the moment you post, and paid when you approve." />
      <Form className={classes.form} onSubmit={send}>
        <BriefFields form={form} />
        <IntakeFields form={form} />
        <MoneyFields form={form} />
        <TermFields form={form} />
        <FormProblem problem={form.problem} />
        <div className={forms.actions}>
          <Button type="submit" size="md" loading={form.isSending}>
            Post the task
          </Button>
        </div>
      </Form>
    </>
  );
}
