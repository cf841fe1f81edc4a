import type { Task } from "@guildhall/client";
import type { ReactNode } from "react";
import { Money } from "../../components/money.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { TaskTitle } from "../tasks/task-title.tsx";
import classes from "./task-list.module.css";

export interface TaskListProps {
  readonly title: string;
  readonly tasks: readonly Task[];
  /** Said where there are none. */
  readonly empty: string;
  /** What is told of a task at the end of its row, instead of when it was changed. */
  readonly about?: (task: Task) => ReactNode;
}

/** Some tasks under a heading, one line each. */
export function TaskList({ title, tasks, empty, about }: TaskListProps) {
  return (
    <section className={classes.part}>
      <h2>
        {title} {tasks.length > 0 ? <span className={classes.count}>{tasks.length}</span> : null}
      </h2>
      {tasks.length === 0 ? <p className={classes.none}>{empty}</p> : null}
      <ul className={classes.list}>
        {tasks.map((task) => (
          <li key={task.id} className={classes.row}>
            <TaskTitle task={task} />
            <StateBadge state={task.state} />
            <span className={classes.about}>{about?.(task) ?? <When at={task.updated_at} />}</span>
            <Money amount={task.price ?? task.budget} currency={task.currency} strong />
          </li>
        ))}
      </ul>
    </section>
  );
}
