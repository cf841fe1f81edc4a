import classes from "./progress-bar.module.css";
import type { Project } from "./queries.ts";

/** Stages as they follow each other, with what people call them. */
const stages = [
  ["completed", "completed"],
  ["in_review", "in review"],
  ["disputed", "disputed"],
  ["revision", "being revised"],
  ["in_progress", "in progress"],
  ["assigned", "assigned"],
  ["ready", "ready"],
  ["pending", "waiting"],
] as const;

/** How far a project's subtasks are: one stretch for each stage. Dropped ones do not count. */
export function ProgressBar({ progress }: { readonly progress: Project["progress"] }) {
  const total = stages.reduce((sum, [stage]) => sum + progress[stage], 0);
  if (total === 0) return <span className={classes.none}>no subtasks yet</span>;
  const parts = stages.filter(([stage]) => progress[stage] > 0);
  const words = parts.map(([stage, word]) => `${progress[stage]} ${word}`).join(", ");
  return (
    <div className={classes.progress}>
      <div className={classes.bar} role="img" aria-label={`${total} subtasks: ${words}`} title={words}>
        {parts.map(([stage]) => (
          <span key={stage} data-stage={stage} style={{ flexGrow: progress[stage] }} />
        ))}
      </div>
      <span className={classes.count}>
        {progress.completed} of {total} done
      </span>
    </div>
  );
}
