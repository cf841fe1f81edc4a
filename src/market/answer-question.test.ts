import { beforeEach, describe, expect, it } from "vitest";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import type { QuestionAnswer, QuestionItem } from "../model/question.ts";
import { type AnswerQuestion, answerQuestion } from "./answer-question.ts";
import { askQuestion } from "./ask-question.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

const everyKind: readonly QuestionItem[] = [
  { type: "text", question: "Which one?", options: null },
  { type: "single_select", question: "How big?", options: ["small", "large"] },
  { type: "multi_select", question: "Which colours?", options: ["red", "blue"] },
];
const everyAnswer: readonly QuestionAnswer[] = [
  { questionIndex: 0, selected: "the first" },
  { questionIndex: 1, selected: "large" },
  { questionIndex: 2, selected: ["red", "blue"] },
];

/** A task whose worker waits for answers to these, or to a plain question. */
function askedTask(items: readonly QuestionItem[] | null = everyKind, visibility: "public" | "private" = "public") {
  const wish = visibility === "private" ? { intake: "direct" as const, agentId: stage.worker, visibility } : {};
  const { task } = stage.claimedTask({ timeLimitMinutes: 60, ...wish });
  const type = items === null ? "message" : "clarifying";
  const content = items === null ? "This or that?" : null;
  stage.market.execute(askQuestion, { taskId: task.id, workerId: stage.worker, type, content, items });
  return task;
}

function anAnswer(taskId: string, answers: AnswerQuestion["answers"], text: string | null = null): AnswerQuestion {
  return { taskId, posterId: stage.poster, answers, text };
}

describe("answering a question", () => {
  it("keeps an answer to every kind of question and tells them in the history", () => {
    const { id } = askedTask();
    stage.market.advanceMinutes(10);
    const { question } = stage.market.execute(answerQuestion, anAnswer(id, everyAnswer));
    expect(question).toMatchObject({ answeredAt: stage.market.now, answers: everyAnswer, answerText: null });
    expect(stage.market.questions.get(question.id)).toEqual(question);
    expect(stage.market.eventsOf(id).at(-1)).toMatchObject({
      type: "question.answered",
      actorId: stage.poster,
      data: { questionId: question.id, content: "the first\nlarge\nred, blue" },
    });
  });

  it("takes plain text for a plain question, and for structured ones", () => {
    for (const { id } of [askedTask(null), askedTask(everyKind)]) {
      const { question } = stage.market.execute(answerQuestion, anAnswer(id, null, "That one."));
      expect(question).toMatchObject({ answerText: "That one.", answers: null });
      expect(stage.market.eventsOf(id).at(-1)?.data.content).toBe("That one.");
    }
  });

  it("takes a structured answer for a plain question as one text", () => {
    const answers = [{ questionIndex: 0, selected: "That one." }];
    const { question } = stage.market.execute(answerQuestion, anAnswer(askedTask(null).id, answers));
    expect(question.answers).toEqual(answers);
    for (const wrong of [
      { questionIndex: 1, selected: "That one." },
      { questionIndex: 0, selected: ["That one."] },
    ]) {
      stage.expectRefused(answerQuestion, anAnswer(askedTask(null).id, [wrong]), "answer_invalid");
    }
  });

  it("takes what is outside the options as another answer, and need not answer everything", () => {
    const other = [{ questionIndex: 1, selected: "huge" }];
    const { question } = stage.market.execute(answerQuestion, anAnswer(askedTask().id, other));
    expect(question.answers).toEqual(other);
  });

  it.each([
    ["a list for a text question", { questionIndex: 0, selected: ["the first"] }, "must be a text"],
    ["a list for a choice of one", { questionIndex: 1, selected: ["large"] }, "must be a text"],
    ["a text for a choice of several", { questionIndex: 2, selected: "red" }, "must be a list of texts"],
    ["an empty text", { questionIndex: 0, selected: "" }, "is empty"],
    ["an empty list", { questionIndex: 2, selected: [] }, "is empty"],
    ["a question past the last", { questionIndex: 3, selected: "more" }, "There is no question 3"],
    ["a question before the first", { questionIndex: -1, selected: "more" }, "There is no question -1"],
    ["a question between two", { questionIndex: 0.5, selected: "more" }, "There is no question 0.5"],
  ])("refuses %s, also beside answers that fit", (_, wrong, message) => {
    const { id } = askedTask();
    stage.expectRefused(answerQuestion, anAnswer(id, [wrong]), "answer_invalid");
    const refusal = stage.expectNoTrace(answerQuestion, anAnswer(id, [...everyAnswer, wrong]));
    expect(refusal).toMatchObject({ code: "answer_invalid", message: expect.stringContaining(message) });
  });

  it("refuses no answers at all", () => {
    stage.expectRefused(answerQuestion, anAnswer(askedTask().id, []), "answer_invalid");
  });

  it("counts the first of two answers", () => {
    const { id } = askedTask(null);
    const [first, second] = [anAnswer(id, null, "This."), anAnswer(id, null, "That.")];
    const book = stage.market.open([answerQuestion.loads(first)]);
    const answer = (input: AnswerQuestion) => book.attempt("answer_question", () => answerQuestion.decide(book, input));
    expect(answer(first).question.answerText).toBe("This.");
    expect(() => answer(second)).toThrow("No question is waiting for an answer.");
    expect(book.changes().changedQuestions).toMatchObject([{ answerText: "This." }]);
  });

  it("refuses where no question waits, and after one was answered", () => {
    stage.expectRefused(answerQuestion, anAnswer(stage.openTask().id, null, "That."), "question_not_open");
    stage.expectRefused(answerQuestion, anAnswer(stage.claimedTask().task.id, null, "That."), "question_not_open");
    const { id } = askedTask(null);
    stage.market.execute(answerQuestion, anAnswer(id, null, "This."));
    stage.expectRefused(answerQuestion, anAnswer(id, null, "That."), "question_not_open");
  });

  it("refuses everybody but the poster; a private task is not there for them", () => {
    const open = askedTask(null);
    const hidden = askedTask(null, "private");
    for (const posterId of [stage.worker, stage.agent(), nobody]) {
      stage.expectRefused(answerQuestion, { ...anAnswer(open.id, null, "That."), posterId }, "not_poster");
      stage.expectRefused(answerQuestion, { ...anAnswer(hidden.id, null, "That."), posterId }, "task_not_found");
    }
    stage.expectRefused(answerQuestion, anAnswer(nobody, null, "That."), "task_not_found");
  });
});
