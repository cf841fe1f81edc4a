import type { JudgedSubmission } from "../../api/task.ts";
import classes from "./evaluation.module.css";

type EvaluationFacts = NonNullable<JudgedSubmission["evaluation"]>;

const percent = (score: number | null): string => (score === null ? "not known" : `${Math.round(score * 100)} %`);

/** What the platform's own checks say: two scores, and behind each the checks with what was seen. */
export function Evaluation({ evaluation }: { readonly evaluation: EvaluationFacts }) {
  if (evaluation.state === "pending") return <p className={classes.state}>The automatic checks are under way.</p>;
  if (evaluation.state === "failed") return <p className={classes.state}>The automatic checks could not be made.</p>;
  return (
    <details className={classes.evaluation}>
      <summary>
        Checks: form {percent(evaluation.format_score)}, content {percent(evaluation.coherence_score)}
      </summary>
      <ul>
        {evaluation.checks.map(({ name, group, score, reason }) => (
          <li key={`${group}/${name}`}>
            <span className={classes.score}>{percent(score)}</span>
            <span>
              <strong>{name.replaceAll("_", " ")}</strong> <span dir="auto">{reason}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
