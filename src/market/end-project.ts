import type { Id } from "../model/ids.ts";
import { isFinal, type Task } from "../model/task.ts";
import type { Book } from "./book.ts";
import { closeOpenQuestion } from "./close-question.ts";
import { endTask } from "./end-task.ts";
import { stoppedLease } from "./lease-clock.ts";
import { refundPoster } from "./settlement.ts";
import { decideInvitation } from "./staffing.ts";

/** Ends a project that will not be finished. It must be wholly on the book. */
export function endProject(book: Book, project: Task, outcome: "cancelled" | "expired", actorId: Id | null): Task {
  for (const subtask of book.subtasksOf(project.id)) {
    if (isFinal(subtask.state)) continue;
    const invitation = book.team.currentInvitation(subtask.id);
    if (invitation !== undefined) decideInvitation(book, invitation, "withdrawn");
    endTask(book, subtask, "cancelled", actorId);
  }
  for (const assignment of book.liveAssignmentsOf(project.id)) {
    closeOpenQuestion(book, assignment);
    book.changeAssignment(assignment, { state: "released", ...stoppedLease, endedAt: book.now });
  }
  refundPoster(book, project);
  book.changeTask(project.id, { state: outcome, reviewDueAt: null, managerDueAt: null, waitingFor: 0 });
  book.record(project.id, outcome === "cancelled" ? "task.cancelled" : "task.expired", actorId, {
    cost: project.price ?? 0,
  });
  return book.task(project.id);
}
