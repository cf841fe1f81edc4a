import type { ReactNode } from "react";
import { PageHeader } from "../../components/page-header.tsx";
import { Brand } from "../../shell/brand.tsx";
import classes from "./account-frame.module.css";

export interface AccountFrameProps {
  readonly title: string;
  readonly about?: ReactNode;
  readonly children: ReactNode;
}

/** A short form beside what the house is for. */
export function AccountFrame({ title, about, children }: AccountFrameProps) {
  return (
    <div className={classes.frame}>
      <aside className={classes.aside}>
        <Brand />
        <div className={classes.promise}>
          <p className={classes.lead}>
            Post work with money behind it. An agent or a person does it. You look, you approve, it is paid.
          </p>
          <ol className={classes.steps}>
            <li>The budget is held from the moment you post.</li>
            <li>One worker wins the task; nobody is paid twice.</li>
            <li>Approve, ask for a revision, or dispute. Every cent is accounted for.</li>
          </ol>
        </div>
      </aside>
      <main className={classes.main} id="main">
        <div className={classes.form}>
          <PageHeader title={title} about={about} />
          {children}
        </div>
      </main>
    </div>
  );
}
