import { describe, expect, it } from "vitest";
import { evaluate, summarize } from "../../src/evaluation/evaluate.ts";
import { aBrief, aDelivery, aFile, checkNamed, checksNamed, wordy } from "./examples.ts";

describe("whether there is anything", () => {
  it.each([
    [{ text: "  \n" }, 0, /nothing/],
    [{ text: "--- !!!" }, 0, /no words/],
    [{ text: "Done." }, 1, /1 word/],
    [{ files: [aFile("empty.csv", "")] }, 0, /empty\.csv/],
    [{ links: ["https://example.com/a"] }, 1, /1 link/],
    [{ text: "Done.", files: [aFile("empty.csv", "")] }, 0.5, /Empty files: “empty\.csv”/],
  ])("%#", (delivery, score, reason) => {
    const check = checkNamed("not_empty", {}, delivery);
    expect(check.score).toBe(score);
    expect(check.reason).toMatch(reason);
  });
});

describe("the length", () => {
  const brief = { description: "At least 500 words, max 1000 words." };

  it("is fine between the bounds, and less fine the further off", () => {
    expect(checkNamed("length", brief, { text: wordy(700) }).score).toBe(1);
    expect(checkNamed("length", brief, { text: wordy(250) })).toMatchObject({ score: 0.5 });
    expect(checkNamed("length", brief, { text: wordy(1_500) }).score).toBe(0.5);
    expect(checkNamed("length", brief, { text: wordy(5_000) }).score).toBe(0);
  });

  it("says what was asked and what was found", () => {
    const { reason } = checkNamed("length", brief, { text: wordy(250) });
    expect(reason).toContain("“At least 500 words");
    expect(reason).toContain("250 words");
  });

  it("counts text files in, and a covering note doesn't make a result too long", () => {
    const files = [aFile("report.md", wordy(990))];
    expect(checkNamed("length", brief, { text: wordy(50), files }).score).toBe(1);
  });

  it("is not judged as too short when something could not be read", () => {
    const files = [aFile("report.pdf", null)];
    expect(checkNamed("length", brief, { text: "See the report.", files })).toMatchObject({
      score: null,
      reason: expect.stringContaining("could not be read"),
    });
  });

  it("takes a page as 500 words", () => {
    const pages = { description: "max 2 pages" };
    expect(checkNamed("length", pages, { text: wordy(1_000) }).score).toBe(1);
    expect(checkNamed("length", pages, { text: wordy(1_500) }).score).toBe(0.5);
  });

  it("counts the words of scripts without spaces", () => {
    const { score } = checkNamed("length", { description: "at least 3 words" }, { text: "今日は天気がいいですね" });
    expect(score).toBe(1);
  });
});

describe("CSV", () => {
  const brief = { description: "A CSV with columns: company, website, notes" };
  const rows = 'company,website,notes\nAcme,https://acme.test,"big, old"\nBolt,https://bolt.test,new\n';

  it("is found in a file, in a code block and in the bare text", () => {
    for (const delivery of [
      { files: [aFile("leads.csv", rows)] },
      { text: `Here it is:\n\n\`\`\`csv\n${rows}\`\`\`\n` },
      { text: rows },
      { text: rows.replaceAll(",", ";") },
    ]) {
      expect(checkNamed("csv", brief, delivery)).toMatchObject({ score: 1, reason: expect.stringContaining("2 rows") });
    }
    expect(checkNamed("columns", brief, { text: rows }).score).toBe(1);
  });

  it("says which columns are missing", () => {
    const check = checkNamed("columns", brief, {
      files: [aFile("leads.csv", "Company Name,E-mail\nAcme,a@acme.test\n")],
    });
    expect(check).toMatchObject({ score: 0.333, reason: expect.stringContaining("“website”, “notes”") });
  });

  it("loses by rows that don't fit the header, and says where", () => {
    const check = checkNamed("csv", brief, { files: [aFile("leads.csv", "a,b\n1,2\n1,2,3\n1\n1,2\n")] });
    expect(check).toMatchObject({ score: 0.45, reason: expect.stringContaining("first row 2") });
  });

  it("is invalid with a quote that is never closed", () => {
    const check = checkNamed("csv", brief, { files: [aFile("leads.csv", 'a,b\n1,"2\n3,4\n')] });
    expect(check).toMatchObject({ score: 0, reason: expect.stringContaining("never closed") });
  });

  it("is missed when there is none, but not where it could hide", () => {
    expect(checkNamed("csv", brief, { text: "I did it." }).score).toBe(0);
    expect(checkNamed("csv", brief, { text: "Attached.", files: [aFile("leads.xlsx", null)] }).score).toBe(null);
    expect(checkNamed("csv", brief, { text: "There.", links: ["https://a.test/leads.csv"], opened: null }).score).toBe(
      null,
    );
  });

  it("is not looked for when nobody asked", () => {
    expect(checksNamed("csv", {}, { files: [aFile("leads.csv", "a,b\n1\n")] })).toEqual([]);
  });

  it("is judged by what was read of a large one", () => {
    const check = checkNamed("csv", brief, { files: [aFile("leads.csv", 'a,b\n1,2\n3,"4', true)] });
    expect(check).toMatchObject({ score: 1, reason: expect.stringContaining("Only its beginning") });
  });

  it("may also be JSON if the brief leaves the choice", () => {
    const checks = evaluate(aBrief({ description: "CSV or JSON" }), aDelivery({ text: '[{"a": 1}]' }));
    expect(checks.find((check) => check.name === "json")?.score).toBe(1);
    expect(checks.find((check) => check.name === "csv")).toBeUndefined();
  });
});

describe("JSON", () => {
  const brief = { description: "Return JSON with the keys: title, body" };

  it("parses and has its keys, also in a list and in lines", () => {
    for (const text of [
      '{"title": "A", "body": "B"}',
      '[{"title": "A", "body": "B"}]',
      '{"posts": [{"title": "A", "body": "B"}]}',
      '{"title": "A", "body": "B"}\n{"title": "C", "body": "D"}',
    ]) {
      expect(checkNamed("json", brief, { text }).score).toBe(1);
      expect(checkNamed("keys", brief, { text }).score).toBe(1);
    }
  });

  it("says where it breaks and what is missing", () => {
    for (const [text, fault] of [
      ['{"title": "A"\n "body": 1}', "line 2, character 2"],
      ['{"title": "A", "body": }', "“}” stands where it must not"],
      ['{"title": "A", "body": ', "cut off"],
    ] as const) {
      const check = checkNamed("json", brief, { text });
      expect(check).toMatchObject({ score: 0, reason: expect.stringContaining(fault) });
    }
    expect(checkNamed("keys", brief, { text: '{"title": "A"}' })).toMatchObject({
      score: 0.5,
      reason: expect.stringContaining("“body”"),
    });
  });
});

describe("Markdown", () => {
  const brief = { description: "A Markdown report" };

  it("is well-formed, or told what is not", () => {
    expect(checkNamed("markdown", brief, { text: "# A\n\n## B\n\n| a | b |\n|---|---|\n| 1 | 2 |\n" }).score).toBe(1);
    expect(checkNamed("markdown", brief, { text: "Just words." })).toMatchObject({ score: 0.5 });
    const bad = "# A\n\n### C\n\n| a | b |\n|---|---|\n| 1 | 2 | 3 |\n\n```js\nopen";
    const check = checkNamed("markdown", brief, { text: bad });
    expect(check.score).toBe(0.25);
    expect(check.reason).toMatch(/skips a level; 1 of 1 row in the table on line 5.*line 9 is never closed/);
  });
});

describe("what the brief counts", () => {
  const brief = { title: "Research 50 SaaS companies" };
  const csv = (rows: number): string => `name,site\n${"Acme,acme.test\n".repeat(rows)}`;

  it("is counted in rows, items, list items and lines", () => {
    const list = "- Acme\n".repeat(50);
    for (const delivery of [
      { files: [aFile("a.csv", csv(50))] },
      { text: JSON.stringify({ companies: new Array(50).fill({ name: "Acme" }) }) },
      { text: `# Companies\n\n${list}` },
      { text: "Acme (acme.test)\n".repeat(50) },
    ]) {
      expect(checkNamed("count", brief, delivery).score).toBe(1);
    }
    expect(checkNamed("count", brief, { files: [aFile("a.csv", csv(38))] })).toMatchObject({
      score: 0.76,
      reason: expect.stringMatching(/“50 SaaS companies”; found 38 rows in “a\.csv”/),
    });
  });

  it("takes more than asked for, unless there is a limit", () => {
    expect(checkNamed("count", brief, { files: [aFile("a.csv", csv(60))] }).score).toBe(1);
    const limited = { title: "Suggest up to 2 names" };
    expect(checkNamed("count", limited, { text: "- a\n- b\n- c\n- d\n" }).score).toBe(0.5);
  });

  it("counts bullet points only as bullet points", () => {
    const points = { description: "Give 5 bullet points" };
    expect(checkNamed("count", points, { text: "a\nb\nc\nd\ne" }).score).toBe(0);
    expect(checkNamed("count", points, { text: "* a\n* b\n* c\n* d\n* e" }).score).toBe(1);
  });

  it("is not held against what could not be read", () => {
    expect(checkNamed("count", brief, { text: "Attached.", files: [aFile("a.xlsx", null)] }).score).toBe(null);
  });
});

describe("links", () => {
  it("are well-formed or named", () => {
    const links = ["https://example.com/a", "javascript:alert(1)", "https://user:pw@example.com/", "nonsense"];
    expect(checkNamed("links", {}, { links })).toMatchObject({
      score: 0.25,
      reason: expect.stringContaining("“javascript:alert(1)”"),
    });
  });

  it("that are refused or dead are said to be just that", () => {
    const link = (url: string, outcome: "opened" | "refused" | "unreachable" | "answered", detail: string) => ({
      url,
      outcome,
      detail,
      mediaType: "",
      content: null,
      truncated: false,
    });
    const opened = [
      link("https://a.test/", "opened", ""),
      link("https://b.test/", "refused", "not opened: a closed address"),
      link("https://c.test/", "unreachable", "no answer in time"),
      link("https://d.test/", "answered", "answered 404"),
    ];
    const check = checkNamed("links_open", {}, { links: opened.map(({ url }) => url), opened });
    expect(check.score).toBe(0.25);
    expect(check.reason).toMatch(
      /1 of 4 links opened.*b\.test\/”: not opened: a closed address.*no answer in time.*404/,
    );
  });

  it("that this server doesn't open are not judged", () => {
    expect(checkNamed("links_open", {}, { links: ["https://a.test/"], opened: null })).toMatchObject({
      score: null,
      reason: "Not made: this server opens no links.",
    });
  });

  it("are checked by what they lead to", () => {
    const [url, mediaType] = ["https://a.test/leads", "text/csv; charset=utf-8"];
    const opened = [
      { url, mediaType, outcome: "opened" as const, detail: "", content: "a,b\n1,2\n", truncated: false },
    ];
    expect(checkNamed("csv", { description: "CSV please" }, { links: [url], opened }).score).toBe(1);
  });
});

describe("coherence", () => {
  const brief = {
    title: "Compare bicycle helmets",
    description: "Compare the ventilation, weight and price of three bicycle helmets for commuters.",
  };

  it("is the share of the brief's terms that the result speaks of", () => {
    const good =
      "The lighter helmet weighs 240 g, costs 80 euros and its ventilation suits bicycle commuters. Prices vary.";
    expect(checkNamed("terms", brief, { text: good }).score).toBe(1);
    expect(checkNamed("terms", brief, { text: "Bananas are yellow and grow in bunches." }).score).toBe(0);
    expect(checkNamed("terms", brief, { links: ["https://a.test/"] }).score).toBe(null);
  });

  it("sees through a brief that is said back", () => {
    const description =
      "Please research how urban beekeepers in Nordic cities winter their hives. Explain insulation.".repeat(2);
    expect(checkNamed("own_words", { description }, { text: description }).score).toBe(0);
    expect(
      checkNamed("own_words", { description }, { text: `Beekeepers in Oslo wrap hives in wool. ${wordy(30)}` }).score,
    ).toBe(1);
  });

  it("asks whether the inputs are taken up, and names those that are not", () => {
    const inputs = {
      company: "Globex Corporation",
      contact: { city: "Springfield" },
      budget: 4_200,
      notes: "x".repeat(500),
    };
    const check = checkNamed("inputs", { inputs }, { text: "Globex Corporation spends 4200 a month." });
    expect(check).toMatchObject({ score: 0.667, reason: expect.stringContaining("“contact.city”") });
  });
});

describe("the scores", () => {
  it("are the means of the checks that were made", () => {
    const make = (group: "format" | "coherence", score: number | null) => ({ name: "x", group, score, reason: "" });
    const checks = [make("format", 1), make("format", 0.5), make("format", null), make("coherence", null)];
    expect(summarize(checks)).toMatchObject({ formatScore: 0.75, coherenceScore: null });
  });
});
