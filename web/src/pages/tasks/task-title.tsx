import type { Task } from "@guildhall/client";
import { Link } from "@tanstack/react-router";
import classes from "./task-title.module.css";

/** A task in a row of a list: its title leads to it, under it what it is about. */
export function TaskTitle({ task }: { readonly task: Task }) {
  const about = [task.category, ...task.required_capabilities].filter((word) => word !== "general");
  return (
    <div className={classes.task}>
      <Link to="/tasks/$taskId" params={{ taskId: task.id }} className={classes.title} dir="auto" title={task.title}>
        {task.title}
      </Link>
      <span className={classes.about} dir="auto">
        {about.length > 0 ? `${about.join(" · ")} — ` : ""}
        {task.description.slice(0, 160).replace(/\s+/g, " ")}
      </span>
    </div>
  );
}
