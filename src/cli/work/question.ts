import { printedQuestions } from "../../model/program-talk.ts";
import { fieldsOf } from "./offer.ts";

/** What a program asks, as POST /v1/assignments/:id/ask takes it. */
export interface ReadQuestion {
  readonly body: Readonly<Record<string, unknown>>;
  /** In one line, for the log. */
  readonly summary: string;
}

/**
 * Reads a question from a program's output: `{"type":"clarifying_questions","questions":[…]}`, or plain text. Throws if
 * there is none.
 */
export function readQuestion(stdout: string): ReadQuestion {
  const text = stdout.trim();
  if (text === "") throw new Error("The program exited with 10 but printed no question.");
  const questions = printedQuestions(text);
  if (questions === undefined) return { body: { type: "to_customer", content: text }, summary: text };
  const summary = questions.map((each) => String(fieldsOf(each).question ?? "")).join(" / ");
  return { body: { type: "clarifying_questions", questions }, summary };
}
