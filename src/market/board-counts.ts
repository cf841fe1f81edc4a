import type { Task } from "../model/task.ts";
import type { Shelf } from "./shelf.ts";

/** By how many the tasks of a category that take proposals from anybody have become more or fewer. */
export interface BoardCount {
  readonly category: string;
  readonly added: number;
}

/** What the commands on a book have changed of the board's totals, sorted, so that two servers lock them in one order. */
export function countBoard(tasks: Shelf<Task>): BoardCount[] {
  const counts = new Map<string, number>();
  const count = (task: Task, added: number): void => {
    if (takesProposals(task)) counts.set(task.category, (counts.get(task.category) ?? 0) + added);
  };
  for (const [before, after] of tasks.steps()) {
    if (before !== undefined) count(before, -1);
    count(after, 1);
  }
  const changed = [...counts].filter(([, added]) => added !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return changed.map(([category, added]) => ({ category, added }));
}

function takesProposals({ intake, visibility, state }: Task): boolean {
  return intake === "proposals" && visibility === "public" && state === "open";
}
