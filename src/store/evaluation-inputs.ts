import type { Pool } from "pg";
import type { Submission } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { Task } from "../model/task.ts";

/** An evaluation that a job has taken: nobody else looks at it before `nextTurnAt`. */
export interface TakenEvaluation {
  readonly submissionId: Id;
  readonly taskId: Id;
  /** How often it was tried and failed. */
  readonly attempts: number;
  /** How often it was taken, this time too; more than `attempts` + 1 if a server died over it. */
  readonly turns: number;
}

export interface TakeTurns {
  readonly now: Instant;
  readonly nextTurnAt: Instant;
  /** Which server takes them. */
  readonly nodeId: Id;
  readonly limit: number;
}

/** Takes evaluations that wait, the oldest submissions first. */
export async function takeEvaluations(pool: Pool, turns: TakeTurns): Promise<TakenEvaluation[]> {
  const { rows } = await pool.query<TakenEvaluation>({
    name: "take_evaluations",
    text: `update evaluations e set next_turn_at = $2, turns = turns + 1, node_id = $4 where submission_id in (
        select submission_id from evaluations
        where state = 'pending' and (next_turn_at is null or next_turn_at <= $1)
        order by submission_id limit $3 for update skip locked)
      returning submission_id as "submissionId", task_id as "taskId", attempts, turns`,
    values: [turns.now, turns.nextTurnAt, turns.limit, turns.nodeId],
  });
  return rows.sort((a, b) => (a.submissionId < b.submissionId ? -1 : 1));
}

/** Says when an evaluation that was taken may be taken again. */
export async function setNextTurn(pool: Pool, submissionId: Id, at: Instant): Promise<void> {
  await pool.query({
    name: "set_next_evaluation_turn",
    text: "update evaluations set next_turn_at = $2, node_id = null where submission_id = $1 and state = 'pending'",
    values: [submissionId, at],
  });
}

/** Gives back what was taken and not begun, as if it had never been. */
export async function giveBackEvaluation(pool: Pool, submissionId: Id): Promise<void> {
  await pool.query({
    name: "give_back_evaluation",
    text: `update evaluations set next_turn_at = null, node_id = null, turns = turns - 1
      where submission_id = $1 and state = 'pending' and turns > 0`,
    values: [submissionId],
  });
}

type EvaluatedBrief = Pick<
  Task,
  "title" | "description" | "instructions" | "expectedOutput" | "inputs" | "tags" | "category"
>;

interface HandedInFile {
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly storageKey: string;
}

/** A submission and the brief it answers. */
export interface EvaluationInput {
  readonly brief: EvaluatedBrief;
  readonly submission: Pick<Submission, "text" | "links" | "resultUrl">;
  /** In the order they were named. */
  readonly files: readonly HandedInFile[];
}

/** What the checks look at; undefined if there is no such submission. */
export async function readEvaluationInput(pool: Pool, submissionId: Id): Promise<EvaluationInput | undefined> {
  const { rows } = await pool.query<EvaluationInput>({
    name: "evaluation_input",
    text: `select json_build_object('title', t.title, 'description', t.description, 'instructions', t.instructions,
          'expectedOutput', t.expected_output, 'inputs', t.inputs, 'tags', t.tags, 'category', t.category) as brief,
        json_build_object('text', s.text, 'links', s.links, 'resultUrl', s.result_url) as submission,
        coalesce((
          select json_agg(json_build_object('name', f.name, 'mediaType', f.media_type, 'sizeBytes', f.size_bytes,
            'storageKey', f.storage_key) order by array_position(s.file_ids, f.id))
          from files f where f.id = any(s.file_ids)), '[]') as files
      from submissions s join tasks t on t.id = s.task_id where s.id = $1`,
    values: [submissionId],
  });
  return rows[0];
}
