import type { Pool } from "pg";
import type { Evaluation } from "../model/evaluation.ts";
import type { Id } from "../model/ids.ts";
import { evaluations } from "./book/competing-tables.ts";

/** What the platform's own checks say of these submissions, by the submission's id. Work that is not evaluated has none. */
export async function readEvaluations(pool: Pool, submissionIds: readonly Id[]): Promise<ReadonlyMap<Id, Evaluation>> {
  if (submissionIds.length === 0) return new Map();
  const { rows } = await pool.query<Evaluation>({
    name: "evaluations_of_submissions",
    text: `select ${evaluations.columns} from evaluations where submission_id = any($1)`,
    values: [submissionIds],
  });
  return new Map(rows.map((row) => [row.submissionId, row]));
}
