import { type ReactNode, useEffect, useRef } from "react";
import classes from "./page-header.module.css";

export interface PageHeaderProps {
  readonly title: string;
  /** One line under the title: what the page is for, or facts about what it shows. */
  readonly about?: ReactNode;
  /** What can be done here; the main thing last. */
  readonly actions?: ReactNode;
}

/** The page's name: also the tab's, and where the focus goes when somebody has come here by a link. */
export function PageHeader({ title, about, actions }: PageHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Guildhall`;
  }, [title]);
  useEffect(() => {
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body || activeElement.closest("nav") !== null) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <header className={classes.header}>
      <div className={classes.words}>
        <h1 ref={heading} tabIndex={-1} dir="auto">
          {title}
        </h1>
        {about === undefined ? null : <div className={classes.about}>{about}</div>}
      </div>
      {actions === undefined ? null : <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
