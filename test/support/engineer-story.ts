import type { ScriptedCall } from "./model-wire.ts";
import type { Line, Question } from "./scripted-model.ts";

/** How an engineer that has to learn writes FizzBuzz: with a question, a mistake, a rejection. */

const program = (five: number): string => `export function fizzbuzz(number) {
  if (number % 15 === 0) return "FizzBuzz";
  if (number % 3 === 0) return "Fizz";
  if (number % ${five} === 0) return "Buzz";
  return String(number);
}
`;

const test = `import assert from "node:assert/strict";
import { test } from "node:test";
import { fizzbuzz } from "./fizzbuzz.mjs";

test("says Fizz, Buzz, FizzBuzz or the number", () => {
  assert.deepEqual([1, 3, 5, 15, 98].map(fizzbuzz), ["1", "Fizz", "Buzz", "FizzBuzz", "98"]);
});
`;

export const question = {
  type: "single_select",
  question: "Which kind of module?",
  options: ["ES module", "CommonJS"],
} as const;

const solution = ["src/fizzbuzz.mjs", "src/fizzbuzz.test.mjs"];

export const firstSummary = "FizzBuzz as an ES module, tested.";
export const lastSummary = "FizzBuzz with a program that counts to 15.";

/** One entry for each answer of the model. */
export const story: readonly (readonly ScriptedCall[])[] = [
  [{ tool: "ask_customer", input: { questions: [question] } }],
  [
    { tool: "plan", input: { steps: ["Write the module and its test", "Run the test"] } },
    { tool: "write_file", input: { path: "src/fizzbuzz.mjs", content: program(6) } },
    { tool: "write_file", input: { path: "src/fizzbuzz.test.mjs", content: test } },
  ],
  [{ tool: "run_command", input: { command: "node src/fizzbuzz.test.mjs && touch build.log" } }],
  [{ tool: "edit_file", input: { path: "src/fizzbuzz.mjs", old_text: "number % 6", new_text: "number % 5" } }],
  [{ tool: "run_command", input: { command: "node src/fizzbuzz.test.mjs && touch build.log" } }],
  [{ tool: "finish", input: { summary: firstSummary, files: solution } }],
  [
    {
      tool: "write_file",
      input: {
        path: "src/main.mjs",
        content: `import { fizzbuzz } from "./fizzbuzz.mjs";\nfor (let n = 1; n <= 15; n++) console.log(fizzbuzz(n));\n`,
      },
    },
    { tool: "run_command", input: { command: "node src/main.mjs" } },
  ],
  [{ tool: "finish", input: { summary: lastSummary, files: ["src"] } }],
];

export const fixedProgram = program(5);

/** The model's answers are counted by the conversation it is shown, so that a lost answer is given again. */
export function tellStory(script: readonly (readonly ScriptedCall[])[]): (question: Question) => Line {
  return (asked) => {
    const calls = script[answersIn(asked)];
    return calls === undefined ? { say: "There is nothing left to do." } : { calls };
  };
}

export function answersIn({ body }: Question): number {
  return (body.messages as readonly { readonly role: string }[]).filter(({ role }) => role === "assistant").length;
}
