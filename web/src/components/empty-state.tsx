import type { ReactNode } from "react";
import { CopyableCode } from "./copyable.tsx";
import classes from "./states.module.css";

export interface EmptyStateProps {
  /** That there is nothing, in a few words. */
  readonly title: string;
  /** What to do next. */
  readonly children: ReactNode;
  readonly action?: ReactNode;
  /** Where an API is the way: a line to copy. */
  readonly curl?: string;
}

/** Nothing is here yet: says what to do next. */
export function EmptyState({ title, children, action, curl }: EmptyStateProps) {
  return (
    <section className={classes.state}>
      <h2>{title}</h2>
      <p>{children}</p>
      {action === undefined ? null : <div>{action}</div>}
      {curl === undefined ? null : <CopyableCode code={curl} label="The same by curl" />}
    </section>
  );
}
