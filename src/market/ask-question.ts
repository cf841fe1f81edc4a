import { refuse } from "../model/errors.ts";
import type { Question, QuestionItem, QuestionType } from "../model/question.ts";
import { type AssignmentRef, workingAssignment } from "./assignments.ts";
import type { WorkedTask } from "./claim-task.ts";
import { type Command, command } from "./command.ts";
import { pauseLease } from "./lease-clock.ts";
import { noteInProject } from "./subtasks.ts";

export interface AskQuestion extends AssignmentRef {
  readonly type: QuestionType;
  readonly content: string | null;
  readonly items: readonly QuestionItem[] | null;
}

export interface AskedQuestion extends WorkedTask {
  readonly question: Question;
}

/**
 * The worker asks the poster; until there is an answer the worker's clock stands still. One question at a time. Refuses
 * `task_not_found`, `not_assignee`, `assignment_not_found`, `lease_lost`, `task_wrong_state`, `question_open`.
 */
export const askQuestion: Command<AskQuestion, AskedQuestion> = command({
  name: "ask_question",
  loads: (input) => ({ tasks: [input.taskId], parties: [input.workerId] }),
  decide(book, { type, content, items, ...ref }) {
    const task = book.task(ref.taskId);
    const assignment = workingAssignment(book, task, ref);
    if (assignment.openQuestionId !== null) refuse("question_open");
    const question: Question = {
      id: book.newId(),
      taskId: task.id,
      assignmentId: assignment.id,
      askerId: ref.workerId,
      type,
      content,
      items,
      askedAt: book.now,
      answeredAt: null,
      answerText: null,
      answers: null,
    };
    book.addQuestion(question);
    const paused = book.changeAssignment(assignment, {
      ...pauseLease(assignment, book.now),
      openQuestionId: question.id,
    });
    book.record(task.id, "question.asked", ref.workerId, { questionId: question.id, type, content: asText(question) });
    noteInProject(book, task, "question.asked", ref.workerId, { questionId: question.id });
    return {
      task: book.task(task.id),
      assignment: paused,
      question,
      balance: book.balance(ref.workerId, task.currency),
    };
  },
});

/** The question as one line of history. */
function asText(question: Question): string {
  return question.content ?? (question.items ?? []).map((item) => item.question).join("\n");
}
