/** How a run of the engineer has gone so far: all that decides whether it goes on. */
export interface LoopState {
  /** The model's answers since the start, or since the last rejection. */
  readonly answers: number;
  /** Answers in a row that were cut off, called no tool, or called tools only in ways that cannot be. */
  readonly cutOff: number;
  readonly idle: number;
  readonly malformed: number;
  /** How often the customer has been asked, in all. */
  readonly questions: number;
  /** What was called and what came of it, the newest last. */
  readonly recent: readonly string[];
  /** Whether files were written since a command last went well. */
  readonly unverified: boolean;
  /** Whether the model was told so already. */
  readonly toldToVerify: boolean;
}

export const newLoop: LoopState = {
  answers: 0,
  cutOff: 0,
  idle: 0,
  malformed: 0,
  questions: 0,
  recent: [],
  unverified: false,
  toldToVerify: false,
};

export const loopLimits = {
  answers: 150,
  cutOff: 4,
  idle: 4,
  malformed: 6,
  questions: 3,
  /** Tool calls of one answer that are done; the others are answered with an error. */
  callsPerAnswer: 16,
  /** The same call with the same result, so many times among the newest: said to the model, then the end. */
  repeatsTold: 3,
  repeats: 6,
  remembered: 18,
} as const;

/** One answer of the model, as far as it matters here. */
export interface AnswerKind {
  readonly end: "stop" | "tool_calls" | "length" | "refused";
  readonly calls: number;
  readonly malformedCalls: number;
}

export function afterAnswer(state: LoopState, { end, calls, malformedCalls }: AnswerKind): LoopState {
  const isCut = end === "length";
  return {
    ...state,
    answers: state.answers + 1,
    cutOff: isCut ? state.cutOff + 1 : 0,
    idle: !isCut && calls === 0 ? state.idle + 1 : 0,
    malformed: !isCut && calls > 0 && malformedCalls === calls ? state.malformed + 1 : 0,
  };
}

/** `signature`: the call and its result. */
export function afterCall(state: LoopState, signature: string): LoopState {
  return { ...state, recent: [...state.recent, signature].slice(-loopLimits.remembered) };
}

/** A rejection is a fresh start, except for what the customer was asked already. */
export function afterRejection({ questions }: LoopState): LoopState {
  return { ...newLoop, questions };
}

export const mayAsk = ({ questions }: LoopState): boolean => questions < loopLimits.questions;
const isOutOfAnswers = ({ answers }: LoopState): boolean => answers >= loopLimits.answers;
const isAlwaysCutOff = ({ cutOff }: LoopState): boolean => cutOff >= loopLimits.cutOff;
const isIdle = ({ idle }: LoopState): boolean => idle >= loopLimits.idle;
const isAlwaysMalformed = ({ malformed }: LoopState): boolean => malformed >= loopLimits.malformed;
export const isRepeating = (state: LoopState): boolean => repeatsOf(state) >= loopLimits.repeatsTold;
const isGoingInCircles = (state: LoopState): boolean => repeatsOf(state) >= loopLimits.repeats;
export const mustVerifyFirst = (state: LoopState): boolean => state.unverified && !state.toldToVerify;

const reasons: readonly (readonly [(state: LoopState) => boolean, string])[] = [
  [isAlwaysCutOff, "The model's answers were cut off again and again because they were too long."],
  [isIdle, "The model stopped working without handing anything in."],
  [isAlwaysMalformed, "The model did not manage to use its tools."],
  [isGoingInCircles, "The model kept repeating the same step without getting on."],
  [isOutOfAnswers, `The model did not finish within ${loopLimits.answers} answers.`],
];

/** Why this cannot go on, for the customer to read; null: it can. */
export function reasonToGiveUp(state: LoopState): string | null {
  return reasons.find(([applies]) => applies(state))?.[1] ?? null;
}

function repeatsOf({ recent }: LoopState): number {
  const newest = recent.at(-1);
  return recent.filter((each) => each === newest).length;
}
