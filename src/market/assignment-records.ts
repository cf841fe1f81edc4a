import type { Assignment } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import { ByTask } from "./by-task.ts";
import type { Journal } from "./journal.ts";
import { Shelf } from "./shelf.ts";

/** The assignments in the book, by their tasks. */
export class AssignmentRecords {
  readonly #assignments: Shelf<Assignment>;
  readonly #ids: ByTask;

  constructor(journal: Journal, assignments: readonly Assignment[]) {
    this.#assignments = new Shelf(journal);
    this.#ids = new ByTask(journal);
    for (const assignment of assignments) {
      this.#assignments.load(assignment.id, assignment);
      this.#ids.load(assignment.taskId, assignment.id);
    }
  }

  /** Every assignment a task has had, oldest first. */
  of(taskId: Id): Assignment[] {
    return this.#ids.of(taskId).flatMap((id) => this.#assignments.get(id) ?? []);
  }

  add(assignment: Assignment): void {
    this.#assignments.add(assignment.id, assignment);
    this.#ids.add(assignment.taskId, assignment.id);
  }

  replace(assignment: Assignment): void {
    this.#assignments.replace(assignment.id, assignment);
  }

  changes() {
    return { newAssignments: this.#assignments.added(), changedAssignments: this.#assignments.changed() };
  }
}
