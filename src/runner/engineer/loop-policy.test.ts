import { describe, expect, it } from "vitest";
import {
  type AnswerKind,
  afterAnswer,
  afterCall,
  afterRejection,
  isRepeating,
  type LoopState,
  loopLimits,
  mayAsk,
  mustVerifyFirst,
  newLoop,
  reasonToGiveUp,
} from "./loop-policy.ts";

const works: AnswerKind = { end: "tool_calls", calls: 1, malformedCalls: 0 };
const silent: AnswerKind = { end: "stop", calls: 0, malformedCalls: 0 };
const cut: AnswerKind = { end: "length", calls: 1, malformedCalls: 1 };
const malformed: AnswerKind = { end: "tool_calls", calls: 2, malformedCalls: 2 };

function stateAfter(...answers: readonly AnswerKind[]): LoopState {
  return answers.reduce(afterAnswer, newLoop);
}
const times = (count: number, answer: AnswerKind): AnswerKind[] => Array(count).fill(answer);

describe("the engineer's loop", () => {
  it.each([
    ["cut off", cut, loopLimits.cutOff],
    ["calls no tool", silent, loopLimits.idle],
    ["is malformed", malformed, loopLimits.malformed],
  ])("ends when one answer after the other %s, and not before", (_, answer, limit) => {
    expect(reasonToGiveUp(stateAfter(...times(limit - 1, answer)))).toBeNull();
    expect(reasonToGiveUp(stateAfter(...times(limit, answer)))).toMatch(/^The model/);
    expect(reasonToGiveUp(stateAfter(...times(limit - 1, answer), works, ...times(limit - 1, answer)))).toBeNull();
  });

  it("goes on when one of several calls is malformed", () => {
    const half: AnswerKind = { end: "tool_calls", calls: 2, malformedCalls: 1 };
    expect(reasonToGiveUp(stateAfter(...times(loopLimits.malformed * 2, half)))).toBeNull();
  });

  it("ends after so many answers, counted anew after a rejection", () => {
    const worn = stateAfter(...times(loopLimits.answers, works));
    expect(reasonToGiveUp(worn)).toBe(`The model did not finish within ${loopLimits.answers} answers.`);
    expect(reasonToGiveUp(afterRejection(worn))).toBeNull();
  });

  it("tells a call that is repeated with the same result from one that leads to another", () => {
    const repeated = (count: number, signature: string): LoopState =>
      Array<string>(count).fill(signature).reduce(afterCall, newLoop);
    expect(isRepeating(repeated(loopLimits.repeatsTold - 1, "same"))).toBe(false);
    expect(isRepeating(repeated(loopLimits.repeatsTold, "same"))).toBe(true);
    expect(reasonToGiveUp(repeated(loopLimits.repeats, "same"))).toMatch(/repeating/);
    const changing = Array.from({ length: 50 }, (_, index) => `call ${index}`).reduce(afterCall, newLoop);
    expect(isRepeating(changing)).toBe(false);
  });

  it("sees a circle of two calls too", () => {
    const circle = Array.from({ length: 2 * loopLimits.repeats }, (_, index) => (index % 2 === 0 ? "a" : "b"));
    expect(reasonToGiveUp(circle.reduce(afterCall, newLoop))).toMatch(/repeating/);
  });

  it("lets the customer be asked so often in all, rejections or not", () => {
    const asked = { ...newLoop, questions: loopLimits.questions };
    expect(mayAsk({ ...asked, questions: loopLimits.questions - 1 })).toBe(true);
    expect(mayAsk(asked)).toBe(false);
    expect(mayAsk(afterRejection(asked))).toBe(false);
  });

  it("wants what was written to be run, and says so once", () => {
    expect(mustVerifyFirst(newLoop)).toBe(false);
    expect(mustVerifyFirst({ ...newLoop, unverified: true })).toBe(true);
    expect(mustVerifyFirst({ ...newLoop, unverified: true, toldToVerify: true })).toBe(false);
  });
});
