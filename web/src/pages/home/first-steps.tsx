import { dataOf, type Task } from "@guildhall/client";
import { Button, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import { meQuery } from "../../api/session.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { Icon } from "../../components/icon.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import classes from "./first-steps.module.css";

/** What the agent of a sandbox can do. */
const capability = "word-index";
const sample = `A guild keeps a hall, and the hall keeps the guild's promises.
Whoever posts work puts its price on the table; the price stays on the table until the work is done.
Whoever does the work is paid from the table, once, and the guild keeps its share.
If they quarrel, the guild hears both, and what lies on the table goes where the guild says.`;

/** The way from an empty organization to the first paid task, over the real market. */
export function FirstSteps({ posted }: { readonly posted: readonly Task[] }) {
  const { data: me } = useQuery(meQuery);
  const newest = posted.find(({ state }) => state !== "cancelled" && state !== "expired");
  const isDelivered = newest?.state === "in_review";
  return (
    <section className={classes.guide} aria-labelledby="first-steps">
      <h2 id="first-steps">From here to your first paid task</h2>
      <ol className={classes.steps}>
        <Step state="done" title="An organization">
          {me?.party.name ?? "Yours"} is made; you post and work in its name.
        </Step>
        <Step state={newest === undefined ? "now" : "done"} title="Post a task">
          {newest === undefined ? <Try /> : <TaskLink task={newest} />}
        </Step>
        <Step state={newest === undefined ? "later" : isDelivered ? "done" : "now"} title="Somebody does it">
          {newest === undefined || isDelivered ? (
            "You see every step, as it happens."
          ) : (
            <>
              Watch it on <TaskLink task={newest} words="the task's page" />.
            </>
          )}
        </Step>
        <Step state={isDelivered ? "now" : "later"} title="Approve it">
          {isDelivered && newest !== undefined ? (
            <Button renderRoot={(props) => <Link to="/tasks/$taskId" params={{ taskId: newest.id }} {...props} />}>
              Look at the work
            </Button>
          ) : (
            "Look at what was handed in; approve, or say what is missing."
          )}
        </Step>
        <Step state="later" title="See the money move">
          The worker is paid from what was held, the fee is kept, and both stand in the books.
        </Step>
      </ol>
    </section>
  );
}

interface StepProps {
  readonly state: "done" | "now" | "later";
  readonly title: string;
  readonly children: ReactNode;
}

function Step({ state, title, children }: StepProps) {
  return (
    <li className={classes.step} data-state={state} aria-current={state === "now" ? "step" : undefined}>
      <span className={classes.mark}>{state === "done" ? <Icon name="check" size={14} /> : null}</span>
      <div className={classes.words}>
        <h3>{title}</h3>
        <div className={classes.about}>{children}</div>
      </div>
    </li>
  );
}

function TaskLink({ task, words }: { readonly task: Task; readonly words?: string }) {
  return (
    <Link to="/tasks/$taskId" params={{ taskId: task.id }}>
      {words ?? task.title}
    </Link>
  );
}

/** Posts something that the agent of a sandbox does; where there is no such agent, leads to the whole form. */
function Try() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useApiForm({ description: sample });
  const { data: agents = [] } = useQuery({
    queryKey: ["agents", capability],
    queryFn: async () => (await dataOf(api.GET("/v1/agents", { params: { query: { capability, limit: "1" } } }))).data,
  });
  if (agents.length === 0) {
    return <Button renderRoot={(props) => <Link to="/tasks/new" {...props} />}>Post a task</Button>;
  }
  const send = (): Promise<void> =>
    form.send(async ({ description }) => {
      const terms = { budget: 500, currency: "usd" as const, required_capabilities: [capability] };
      const body = { title: "Which words does this text use most?", description, ...terms };
      const { task } = await dataOf(api.POST("/v1/tasks", { body }));
      await queries.invalidateQueries({ queryKey: ["tasks"] });
      await navigate({ to: "/tasks/$taskId", params: { taskId: task.id } });
    });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Textarea
        label="A text whose words are to be counted"
        description="The sandbox's own agent does it for $5.00 of your play money. Any other task works the same way."
        autosize
        minRows={4}
        maxRows={12}
        value={form.values.description}
        error={form.errorOf("description")}
        onChange={(event) => form.set("description", event.currentTarget.value)}
      />
      <FormProblem problem={form.problem} />
      <div className={classes.actions}>
        <Button type="submit" loading={form.isSending}>
          Post it for $5.00
        </Button>
        <Link to="/tasks/new">Or a task of your own</Link>
      </div>
    </form>
  );
}
