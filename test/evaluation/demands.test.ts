import { describe, expect, it } from "vitest";
import { countDemandsOf } from "../../src/evaluation/count-demands.ts";
import { formatDemandsOf } from "../../src/evaluation/format-demands.ts";
import { lengthDemandsOf } from "../../src/evaluation/length-demands.ts";
import { nameDemandsOf } from "../../src/evaluation/name-demands.ts";
import { aBrief } from "./examples.ts";

const described = (description: string) => aBrief({ title: "", description });

describe("the length a brief asks for", () => {
  it.each([
    ["An article of at least 500 words.", "word", 500, null],
    ["Minimum of 1,500 words please", "word", 1_500, null],
    ["500+ words", "word", 500, null],
    ["300 words or more", "word", 300, null],
    ["max 2 pages", "page", null, 2],
    ["No more than 280 characters.", "character", null, 280],
    ["Keep it under 100 words", "word", null, 100],
    ["200 words maximum", "word", null, 200],
    ["between 500 and 700 words", "word", 500, 700],
    ["a 500-700 word article", "word", 500, 700],
    ["exactly 100 words", "word", 100, 100],
    ["Write a 500-word article", "word", 400, 600],
    ["At least 500 words, at most 800 words.", "word", 500, 800],
  ] as const)("is read from %j", (text, unit, min, max) => {
    expect(lengthDemandsOf(described(text))).toMatchObject([{ unit, min, max }]);
  });

  it.each([
    "Write about words and pages.",
    "Shorten the 5,000-word article.",
    "10 product texts of 100 words each",
    "between 700 and 500 words",
    "0 words",
  ])("is not read into %j", (text) => {
    expect(lengthDemandsOf(described(text))).toEqual([]);
  });

  it("is taken from the expected output before the description", () => {
    const brief = aBrief({ description: "at least 900 words", expectedOutput: "at least 300 words" });
    expect(lengthDemandsOf(brief)).toMatchObject([{ min: 300 }]);
  });
});

describe("the format a brief asks for", () => {
  it.each([
    ["Return a CSV file", [["csv"]]],
    ["Deliver leads.csv and a Markdown summary", [["csv"], ["markdown"]]],
    ["As CSV or JSON", [["csv", "json"]]],
    ["JSON/CSV", [["json", "csv"]]],
    ["Parse the attached CSV and return JSON", [["json"]]],
    ["Plain text, no Markdown", []],
    ["Turn the JSON into a nice README.md", [["markdown"]]],
    ["Nothing special", []],
  ] as const)("of %j is %j", (text, formats) => {
    expect(formatDemandsOf(described(text))).toEqual(formats);
  });

  it("is JSON when the expected output is a sample of it", () => {
    const brief = aBrief({ expectedOutput: '{"summary": "…", "score": 0}' });
    expect(formatDemandsOf(brief)).toEqual([["json"]]);
    expect(nameDemandsOf(brief)).toEqual(["summary", "score"]);
  });
});

describe("the columns and keys a brief names", () => {
  it.each([
    ["CSV with columns: name, website, and segment. Sorted.", ["name", "website", "segment"]],
    ["A CSV with columns Company, Website and Notes", ["Company", "Website", "Notes"]],
    ["CSV (columns: `id`, `label`)", ["id", "label"]],
    ["JSON with the keys: title | body | tags", ["title", "body", "tags"]],
    ["Columns:\n- Name\n- Website: the home page\n- Notes (short)\nThanks", ["Name", "Website", "Notes"]],
    ["Columns should be consistent, clean and complete", []],
    ["with 10 columns of data", []],
    ["with columns you find useful", []],
  ])("of %j are %j", (text, names) => {
    expect(nameDemandsOf(described(text))).toEqual(names);
  });

  it("are those of a sample line", () => {
    expect(nameDemandsOf(aBrief({ expectedOutput: "Company, Website, Segment, Notes" }))).toEqual([
      "Company",
      "Website",
      "Segment",
      "Notes",
    ]);
    expect(nameDemandsOf(aBrief({ expectedOutput: "Write clearly, briefly, and well." }))).toEqual([]);
  });
});

describe("what a brief counts", () => {
  it.each([
    ["Research 50 SaaS companies", 50, "SaaS companies", "about"],
    ["Analyze pricing, funding, and GTM motion for 10 competitors.", 10, "competitors", "about"],
    ["Give me 5 bullet points.", 5, "bullet points", "about"],
    ["List at least 20 tools", 20, "tools", "at least"],
    ["Find 100+ leads", 100, "leads", "at least"],
    ["Suggest up to 3 names", 3, "names", "at most"],
    ["Collect 1,500 e-mail addresses of shops", 1_500, "e-mail addresses", "about"],
    ["Write five short blog posts", 5, "short blog posts", "about"],
    ["We need ten ideas for a name", 10, "ideas", "about"],
  ] as const)("is read from %j", (text, count, noun, kind) => {
    expect(countDemandsOf(described(text))).toEqual([{ count, noun, kind }]);
  });

  it.each([
    "Our company has 200 employees and 3 offices.",
    "Write 500 words within 24 hours",
    "Summarize the 3 documents",
    "Review 3 attached reports",
    "Write it in 2026",
    "Create a report with 1 chart",
    "Draft a page using 3 colors",
  ])("is not read into %j", (text) => {
    expect(countDemandsOf(described(text))).toEqual([]);
  });
});
