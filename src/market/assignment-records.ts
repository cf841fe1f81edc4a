import type { Assignment } from "../model/assignment.ts";
import type { Id } from "../model/ids.ts";
import type { Journal } from "./journal.ts";
import { Shelf } from "./shelf.ts";

/** The assignments in the book, by their tasks. */
export class AssignmentRecords {
  readonly #assignments: Shelf<Assignment>;
  readonly #byTask = new Map<Id, Id[]>();
  readonly #journal: Journal;

  constructor(journal: Journal, assignments: readonly Assignment[]) {
    this.#journal = journal;
    this.#assignments = new Shelf(journal);
    for (const assignment of assignments) {
      this.#assignments.load(assignment.id, assignment);
      this.#index(assignment);
    }
  }

  /** Every assignment a task has had, oldest first. */
  of(taskId: Id): Assignment[] {
    const assignments: Assignment[] = [];
    for (const id of this.#byTask.get(taskId) ?? []) {
      const assignment = this.#assignments.get(id);
      if (assignment !== undefined) assignments.push(assignment);
    }
    return assignments;
  }

  add(assignment: Assignment): void {
    this.#assignments.add(assignment.id, assignment);
    this.#index(assignment);
    this.#journal.onUndo(() => this.#byTask.get(assignment.taskId)?.pop());
  }

  replace(assignment: Assignment): void {
    this.#assignments.replace(assignment.id, assignment);
  }

  changes() {
    return { newAssignments: this.#assignments.added(), changedAssignments: this.#assignments.changed() };
  }

  #index({ id, taskId }: Assignment): void {
    const ids = this.#byTask.get(taskId);
    if (ids === undefined) this.#byTask.set(taskId, [id]);
    else ids.push(id);
  }
}
