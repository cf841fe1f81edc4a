import { type ReactNode, useId } from "react";
import classes from "./panel.module.css";

export interface PanelProps {
  readonly title: string;
  /** `attention`: it waits for whoever looks. */
  readonly tone?: "attention" | "plain";
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a task's page, with a heading of its own. */
export function Panel({ title, tone = "plain", aside, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} data-tone={tone} aria-labelledby={id}>
      <div className={classes.head}>
        <h2 id={id}>{title}</h2>
        {aside === undefined ? null : <div className={classes.aside}>{aside}</div>}
      </div>
      {children}
    </section>
  );
}
