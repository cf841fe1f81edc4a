import { expireTask } from "../market/expire-task.ts";
import { findExpiredTasks } from "../store/deadlines.ts";
import type { Job } from "./context.ts";
import { sweep } from "./sweep.ts";

/** Takes tasks off the board whose time there is over, and refunds them. */
export const expireTasks: Job = ({ engine, reads, clock }) =>
  sweep(
    (limit) => findExpiredTasks(reads, clock(), limit),
    (due) => engine.execute(expireTask, due),
  );
