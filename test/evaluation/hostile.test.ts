import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, summarize } from "../../src/evaluation/evaluate.ts";
import { aBrief, aDelivery, aFile } from "./examples.ts";

const size = 100_000;
const filled = (pattern: string, length = size): string =>
  pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length);

/** Each would take minutes or a stack overflow if one of the checks were careless. */
const hostile: Readonly<Record<string, string>> = {
  "a CSV with one quote": `a,b\n"${filled("x,")}`,
  "a CSV of quotes": filled('"'),
  "a CSV of one endless row": filled("a,"),
  "a CSV of empty rows": filled(",\n"),
  "deeply nested JSON lists": "[".repeat(size / 2) + "]".repeat(size / 2),
  "deeply nested JSON objects": `${'{"a":'.repeat(size / 6)}1${"}".repeat(size / 6)}`,
  "JSON that is never closed": filled('[{"a":'),
  "JSON with a __proto__": '{"__proto__": {"constructor": 1}}',
  "nested quotes in Markdown": filled("> "),
  "nested lists in Markdown": filled("- "),
  "a staircase of lists": Array.from({ length: 440 }, (_, depth) => `${"  ".repeat(depth)}- x`).join("\n"),
  "open brackets": filled("["),
  "reference definitions": filled("[a]: b\n"),
  "a table of bars": filled("|"),
  "a table of many columns": `${filled("|a", size / 3)}\n${filled("|-", size / 3)}\n${filled("|b", size / 3)}`,
  "fences that are never closed": filled("```\na\n~~~\n"),
  "backticks in all lengths": Array.from({ length: 440 }, (_, length) => "`".repeat(length)).join(" "),
  digits: filled("1"),
  "numbers and commas": filled("1,111,111 "),
  "numbers with dashes": filled("1 - "),
  spaces: filled(" "),
  "lengths without end": filled("at least 1 "),
  "unfinished columns": filled("columns: a, "),
  "columns and bullets": `columns:\n${filled("- a\n")}`,
  "formats without end": filled("not a csv or "),
  "letters and dots": filled("a."),
  "one word": filled("a"),
  emoji: filled("👩‍👩‍👧‍👦"),
  "Han characters": filled("漢字"),
  NUL: filled("\u0000a "),
  "lone surrogates": filled("\ud800 "),
  "marks that turn text around": filled("\u202e\u2066 a"),
};

/** Of this thread's own time: what others do on the machine doesn't count. */
const slowestMs = 3_000;

describe("evaluating what is meant to harm", () => {
  it.each(Object.entries(hostile))("ends soon and soundly: %s", (_name, text) => {
    const brief = aBrief({
      title: text.slice(0, 200),
      description: text,
      instructions: `CSV, JSON and Markdown with columns: a, b; 50 rows; at least 500 words. ${text}`,
      inputs: { text: text.slice(0, 200), deep: nested(10_000) },
    });
    const delivery = aDelivery({
      text,
      files: ["x.csv", "x.json", "x.md", "x.txt"].map((name) => aFile(name, text)),
      links: [text.slice(0, 2_000)],
    });
    const before = process.threadCpuUsage();
    const { checks, formatScore, coherenceScore } = summarize(evaluate(brief, delivery));
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(slowestMs);
    for (const score of [formatScore, coherenceScore, ...checks.map((check) => check.score)]) {
      if (score !== null) expect(score >= 0 && score <= 1).toBe(true);
    }
    for (const { reason } of checks) {
      expect(reason.length).toBeLessThan(1_500);
      expect(reason.isWellFormed()).toBe(true);
      expect(reason).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }
  });

  it("never throws, whatever the brief and the text", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        fc.string({ maxLength: 300 }),
        fc.json(),
        (description, text, json) => {
          const brief = aBrief({ description, expectedOutput: json, inputs: { json } });
          const checks = evaluate(brief, aDelivery({ text, files: [aFile("a.json", json), aFile("a.csv", text)] }));
          expect(checks.every(({ score }) => score === null || (score >= 0 && score <= 1))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function nested(depth: number): unknown {
  let value: unknown = "deep";
  for (let level = 0; level < depth; level++) value = { value };
  return value;
}
