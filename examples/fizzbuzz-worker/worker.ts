import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";

/**
 * A program for `guildhall work --exec`: writes FizzBuzz in the language that is asked for, tests it with `node --test`
 * and leaves the files. Knows nothing of the market: the task comes as JSON on its input, the current folder is what it
 * hands in, exit code 10 means "I have a question".
 */

interface Brief {
  readonly title: string;
  readonly description: string;
  /** What was asked before, with the answers; the last may still be open. */
  readonly questions: readonly { readonly answer: string | null }[];
  /** Set when the poster wants the work changed. */
  readonly revision: { readonly reason: string | null } | null;
}

interface Wishes {
  readonly last: number;
  readonly upperCase: boolean;
}

const exitQuestion = 10;
const exitFailed = 1;
const languages = { javascript: "js", typescript: "ts" } as const;
type Ending = (typeof languages)[keyof typeof languages];

const brief: Brief = JSON.parse(await text(process.stdin));
const answers = brief.questions.map((question) => question.answer ?? "");
const ending = endingIn([brief.title, brief.description, ...answers].join("\n"));

if (ending === undefined && answers.length === 0) askForLanguage();
else if (ending === undefined) fail("I can write FizzBuzz in JavaScript and TypeScript only.");
else deliver(ending, wishesIn(brief));

function endingIn(said: string): Ending | undefined {
  const name = Object.keys(languages).find((language) => said.toLowerCase().includes(language));
  return languages[name as keyof typeof languages];
}

function askForLanguage(): void {
  const question = {
    type: "single_select",
    question: "In which language shall FizzBuzz be written?",
    options: ["JavaScript", "TypeScript"],
  };
  process.stdout.write(JSON.stringify({ type: "clarifying_questions", questions: [question] }));
  process.exitCode = exitQuestion;
}

/** What a request for a revision changes. One that is not understood is not passed over in silence. */
function wishesIn({ revision, description }: Brief): Wishes {
  const reason = revision?.reason ?? "";
  const last = /(?:up )?to (\d{1,5})\b/i.exec(`${reason}\n${description}`)?.[1];
  const upperCase = /upper ?case/i.test(reason);
  if (revision !== null && !upperCase && !/to \d/.test(reason)) {
    fail(`I do not know how to do this: ${reason === "" ? "no reason was given" : reason}`);
  }
  return { last: Number(last ?? 100), upperCase };
}

function deliver(ending: Ending, wishes: Wishes): void {
  if (process.exitCode === exitFailed) return;
  say("Writing the program and its tests");
  mkdirSync("src");
  mkdirSync("test");
  writeFileSync(`src/fizzbuzz.${ending}`, program(ending, wishes));
  writeFileSync(`test/fizzbuzz.test.${ending}`, tests(ending, wishes));
  writeFileSync("package.json", `${JSON.stringify({ type: "module", scripts: { test: "node --test" } }, null, 2)}\n`);
  say("Running the tests");
  const run = spawnSync(process.execPath, ["--test", "--test-reporter=spec", `test/fizzbuzz.test.${ending}`], {
    encoding: "utf8",
    timeout: 60_000,
  });
  if (run.status !== 0) {
    fail(`The tests fail.\n${run.stdout}`);
    return;
  }
  const passed = /pass (\d+)/.exec(run.stdout)?.[1] ?? "0";
  say(`${passed} tests pass`);
  process.stdout.write(
    `FizzBuzz from 1 to ${wishes.last} in src/fizzbuzz.${ending}; ${passed} tests pass (node --test).\n`,
  );
}

function program(ending: Ending, { last, upperCase }: Wishes): string {
  const [fizz, buzz] = words(upperCase);
  const typed = ending === "ts";
  return `/** "${fizz}" for multiples of 3, "${buzz}" for multiples of 5, both for both; else the number. */
export function fizzBuzz(number${typed ? ": number" : ""})${typed ? ": string" : ""} {
  const word = (number % 3 === 0 ? "${fizz}" : "") + (number % 5 === 0 ? "${buzz}" : "");
  return word || String(number);
}

if (import.meta.main) {
  for (let number = 1; number <= ${last}; number += 1) console.log(fizzBuzz(number));
}
`;
}

function tests(ending: Ending, { last, upperCase }: Wishes): string {
  const [fizz, buzz] = words(upperCase);
  return `import assert from "node:assert/strict";
import { test } from "node:test";
import { fizzBuzz } from "../src/fizzbuzz.${ending}";

test("says the number itself", () => assert.equal(fizzBuzz(7), "7"));
test("says ${fizz} for multiples of 3", () => assert.equal(fizzBuzz(9), "${fizz}"));
test("says ${buzz} for multiples of 5", () => assert.equal(fizzBuzz(10), "${buzz}"));
test("says both for multiples of 15", () => assert.equal(fizzBuzz(30), "${fizz}${buzz}"));
test("is right up to ${last}", () => {
  for (let number = 1; number <= ${last}; number += 1) {
    assert.equal(fizzBuzz(number).includes("${fizz}"), number % 3 === 0);
    assert.equal(fizzBuzz(number).includes("${buzz}"), number % 5 === 0);
  }
});
`;
}

function words(upperCase: boolean): readonly [string, string] {
  return upperCase ? ["FIZZ", "BUZZ"] : ["Fizz", "Buzz"];
}

/** What is said on stderr is shown to the poster as progress. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(reason: string): void {
  say(reason);
  process.exitCode = exitFailed;
}
