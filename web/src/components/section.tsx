import { type ReactNode, type Ref, useId } from "react";
import classes from "./section.module.css";

export interface SectionProps {
  readonly title: string;
  readonly about?: ReactNode;
  /** Beside the title. */
  readonly actions?: ReactNode;
  /** For what puts the focus here. */
  readonly ref?: Ref<HTMLElement>;
  readonly children: ReactNode;
}

/** A part of a page under a heading of its own, parted from the one before by space and a line. */
export function Section({ title, about, actions, ref, children }: SectionProps) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id} {...(ref === undefined ? {} : { ref, tabIndex: -1 })}>
      <header className={classes.header}>
        <div>
          <h2 id={id}>{title}</h2>
          {about === undefined ? null : <p className={classes.about}>{about}</p>}
        </div>
        {actions === undefined ? null : <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}
