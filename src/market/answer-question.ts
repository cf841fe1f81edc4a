import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Question, QuestionAnswer, QuestionItem } from "../model/question.ts";
import { postersTask } from "./assignments.ts";
import { type Command, command } from "./command.ts";
import { resumeLease } from "./lease-clock.ts";
import type { PostedTask } from "./post-task.ts";

export interface AnswerQuestion {
  readonly taskId: Id;
  readonly posterId: Id;
  /** Structured answers, or null for plain text. */
  readonly answers: readonly QuestionAnswer[] | null;
  readonly text: string | null;
}

export interface AnsweredQuestion extends PostedTask {
  readonly question: Question;
}

/**
 * The poster answers the question that is open; the worker's clock goes on. Of two answers at once the first counts.
 * Refuses `task_not_found`, `not_poster`, `question_not_open`, `answer_invalid`.
 */
export const answerQuestion: Command<AnswerQuestion, AnsweredQuestion> = command({
  name: "answer_question",
  loads: (input) => ({ tasks: [input.taskId], parties: [input.posterId] }),
  decide(book, { taskId, posterId, answers, text }) {
    const task = postersTask(book, taskId, posterId);
    const assignment = book.liveAssignmentsOf(taskId).find((each) => each.openQuestionId !== null);
    const question = book.question(assignment?.openQuestionId ?? "");
    if (assignment === undefined || question === undefined) refuse("question_not_open");
    if (answers !== null) checkAnswers(question, answers);
    const answered = book.changeQuestion(question, { answeredAt: book.now, answers, answerText: text });
    const clock = resumeLease(assignment, book.now);
    book.changeAssignment(assignment, { ...clock, openQuestionId: null });
    if (clock.leaseExpiresAt !== null) book.watchDeadline("lapse-leases", clock.leaseExpiresAt);
    book.record(taskId, "question.answered", posterId, {
      questionId: question.id,
      workerId: assignment.workerId,
      content: asText(answered),
    });
    return { task: book.task(taskId), question: answered, balance: book.balance(posterId, task.currency) };
  },
});

/**
 * 4-dialects, agentwork: `selected` is text, or a list for multi_select; text outside the options is "Other". A plain
 * question counts as one text question (seed 002: "You can reply with plain text or structured answers").
 */
function checkAnswers(question: Question, answers: readonly QuestionAnswer[]): void {
  const items: readonly QuestionItem[] = question.items ?? [{ type: "text", question: "", options: null }];
  if (answers.length === 0) refuse("answer_invalid", { message: "At least one answer is needed." });
  for (const { questionIndex, selected } of answers) {
    const item = items[questionIndex];
    if (item === undefined) refuse("answer_invalid", { message: `There is no question ${questionIndex}.` });
    const isList = typeof selected !== "string";
    if (isList !== (item.type === "multi_select")) {
      const expected = item.type === "multi_select" ? "a list of texts" : "a text";
      refuse("answer_invalid", { message: `The answer to question ${questionIndex} must be ${expected}.` });
    }
    if (selected.length === 0)
      refuse("answer_invalid", { message: `The answer to question ${questionIndex} is empty.` });
  }
}

/** The answer as one line of history. */
function asText(question: Question): string {
  if (question.answers === null) return question.answerText ?? "";
  return question.answers
    .map(({ selected }) => (typeof selected === "string" ? selected : selected.join(", ")))
    .join("\n");
}
