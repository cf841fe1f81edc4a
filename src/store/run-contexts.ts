import type { Pool } from "pg";
import type { AssignmentState } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Currency } from "../model/money.ts";
import type { Question } from "../model/question.ts";
import type { RunStep } from "../model/run.ts";
import { runSteps } from "./book/run-tables.ts";
import { questions } from "./book/tables.ts";

/** A delivery of a run and what became of it; `revision` null: there is no verdict, or it was no revision. */
export interface RunDelivery {
  readonly submissionId: Id;
  readonly revision: { readonly reason: string | null } | null;
}

/** Everything that a run goes on from. */
export interface RunContext {
  readonly runId: Id;
  readonly task: {
    readonly id: Id;
    readonly parentId: Id | null;
    readonly intake: string;
    readonly title: string;
    readonly description: string;
    readonly instructions: string | null;
    readonly expectedOutput: string | null;
    readonly category: string;
    readonly budget: number;
    readonly currency: Currency;
    readonly allowanceHolderId: string | null;
  };
  readonly agent: {
    readonly id: Id;
    readonly name: string;
    readonly systemPrompt: string | null;
    readonly endpointUrl: string | null;
    readonly settings: unknown;
  };
  readonly assignmentState: AssignmentState;
  readonly steps: readonly RunStep[];
  /** Everything the run has asked, in order. */
  readonly questions: readonly Question[];
  /** Everything the run has handed in, in order. */
  readonly deliveries: readonly RunDelivery[];
}

const contextText = `select r.id as "runId", a.state as "assignmentState",
    json_build_object('id', t.id, 'parentId', t.parent_id, 'intake', t.intake, 'title', t.title,
      'description', t.description, 'instructions', t.instructions, 'expectedOutput', t.expected_output,
      'category', t.category, 'budget', coalesce(a.price, t.budget), 'currency', t.currency,
      'allowanceHolderId', t.allowance_holder_id) as task,
    json_build_object('id', p.id, 'name', p.name, 'systemPrompt', g.system_prompt, 'endpointUrl', g.endpoint_url,
      'settings', g.executor_settings) as agent
  from runs r join tasks t on t.id = r.task_id join assignments a on a.id = r.assignment_id
    join parties p on p.id = r.agent_id join agents g on g.id = r.agent_id
  where r.id = any($1)`;
const questionsText = `select r.id as "runId", ${prefixed("q", questions.columns)}
  from runs r join questions q on q.task_id = r.task_id and q.assignment_id = r.assignment_id
  where r.id = any($1) order by q.id`;
const deliveriesText = `select r.id as "runId", s.id as "submissionId",
    (select json_build_object('reason', v.feedback) from reviews v
      where v.task_id = s.task_id and v.submission_id = s.id and v.verdict = 'revision_requested'
      order by v.id desc limit 1) as revision
  from runs r join submissions s on s.task_id = r.task_id and s.assignment_id = r.assignment_id
  where r.id = any($1) order by s.id`;
const stepsText = `select ${runSteps.columns} from run_steps where run_id = any($1) order by run_id, number`;

/** What these runs go on from, by their ids. */
export async function readRunContexts(pool: Pool, runIds: readonly Id[]): Promise<ReadonlyMap<Id, RunContext>> {
  if (runIds.length === 0) return new Map();
  const [contexts, steps, asked, delivered] = await Promise.all([
    pool.query({ name: "run_contexts", text: contextText, values: [runIds] }),
    pool.query<RunStep>({ name: "run_contexts_steps", text: stepsText, values: [runIds] }),
    pool.query<Question & { runId: Id }>({ name: "run_contexts_questions", text: questionsText, values: [runIds] }),
    pool.query<RunDelivery & { runId: Id }>({
      name: "run_contexts_deliveries",
      text: deliveriesText,
      values: [runIds],
    }),
  ]);
  const stepsOf = Map.groupBy(steps.rows, ({ runId }) => runId);
  const questionsOf = Map.groupBy(asked.rows, ({ runId }) => runId);
  const deliveriesOf = Map.groupBy(delivered.rows, ({ runId }) => runId);
  return new Map(
    contexts.rows.map((row) => [
      row.runId,
      {
        ...row,
        steps: stepsOf.get(row.runId) ?? [],
        questions: questionsOf.get(row.runId) ?? [],
        deliveries: deliveriesOf.get(row.runId) ?? [],
      },
    ]),
  );
}

function prefixed(alias: string, columns: string): string {
  return columns
    .split(", ")
    .map((column) => `${alias}.${column}`)
    .join(", ");
}
