import { exitCodeOfQuestion, printedQuestions } from "../../model/program-talk.ts";
import type { QuestionItem } from "../../model/question.ts";
import type { RunResult } from "../sandbox/run-to-end.ts";
import { readableText } from "../stranger-text.ts";
import { endingOf } from "./endings.ts";
import type { ProgramBrief, ProgramCall, ProgramOutcome } from "./program-call.ts";

const maxOptions = 5;
const maxQuestions = 20;

/** Gives a program the task as JSON on standard input and takes what it prints: an answer, or (exit code 10) a question. */
export async function runOnce(call: ProgramCall): Promise<ProgramOutcome> {
  const { sandbox, limits, network, argv, folder, brief, signal } = call;
  const result = await sandbox.run({
    argv,
    workspaceFolder: folder,
    environment: { GUILDHALL_TASK_ID: brief.task.id, GUILDHALL_FILES: "/workspace" },
    stdin: `${JSON.stringify(told(brief))}\n`,
    ...network,
    limits,
    signal,
  });
  // What was stopped from outside is no outcome: the run goes on elsewhere, or not at all.
  signal.throwIfAborted();
  return outcomeOf(result);
}

/** As `guildhall work --exec` tells it, so that a program can be moved from there to here. */
function told({ task, exchanges, revision }: ProgramBrief) {
  return {
    id: task.id,
    title: task.title,
    description: task.description,
    instructions: task.instructions,
    expected_output: task.expectedOutput,
    category: task.category,
    budget: task.budget,
    currency: task.currency,
    questions: exchanges,
    revision: revision === null ? null : { reason: revision.reason, submission: { text: revision.text } },
  };
}

function outcomeOf(result: RunResult): ProgramOutcome {
  const printed = readableText(result.stdout.toString("utf8")).trim();
  if (result.exitCode === 0) return { end: "done", text: printed };
  if (result.exitCode !== exitCodeOfQuestion) return { end: "failed", reason: endingOf(result, result.stderr) };
  if (printed === "") {
    return { end: "failed", reason: `The program exited with ${exitCodeOfQuestion} but printed no question.` };
  }
  return { end: "asks", text: printed, items: itemsIn(printed) };
}

/** Structured questions where the program wrote them well; anything else is asked as it stands. */
function itemsIn(printed: string): QuestionItem[] | null {
  const questions = printedQuestions(printed);
  if (questions === undefined || questions.length === 0 || questions.length > maxQuestions) return null;
  const items = questions.map(itemFrom);
  return items.every((item) => item !== undefined) ? items : null;
}

function itemFrom(value: unknown): QuestionItem | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { type = "text", question, options = null } = value as Readonly<Record<string, unknown>>;
  if (typeof question !== "string" || question.trim() === "") return undefined;
  if (type === "text") return { type, question, options: null };
  const isChoice = type === "single_select" || type === "multi_select";
  const isList =
    Array.isArray(options) &&
    options.length > 0 &&
    options.length <= maxOptions &&
    options.every((each): each is string => typeof each === "string" && each !== "");
  return isChoice && isList ? { type, question, options } : undefined;
}
