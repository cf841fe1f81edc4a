import { describe, expect, it } from "vitest";
import type { ProjectBrief } from "../model/project-snapshot.ts";
import type { PlannedPart } from "./actions.ts";
import { isSoundPlan } from "./advice.ts";
import { partsOfBrief } from "./brief-structure.ts";
import { planByRules } from "./plan.ts";

const frame = { category: "research", requiredCapabilities: ["maths"], timeLimitMinutes: 60, uncarved: 10_000 };

function brief(description: string): ProjectBrief {
  return { title: "A study", description, instructions: null, expectedOutput: "One PDF." };
}

function aPart(key: string, dependsOn: readonly string[] = [], wish: Partial<PlannedPart> = {}): PlannedPart {
  const { uncarved: _, ...common } = frame;
  return { ...common, key, title: key, description: "", budget: 1_000, dependsOn, ...wish };
}

function titles(description: string): string[] {
  return partsOfBrief(description).map(({ title }) => title);
}

describe("the parts of a brief", () => {
  it("are the items of the list that is announced as deliverables, before any longer list", () => {
    const text = "Background:\n- one\n- two\n- three\n\nDeliverables:\n- A list\n- A chart: with axes\n\nThanks.";
    expect(titles(text)).toEqual(["A list", "A chart"]);
  });

  it("are a numbered list before a bulleted one, and a bulleted one before headings", () => {
    expect(titles("# Top\n- x\n- y\n- z\n\n1) First\n2) Second")).toEqual(["First", "Second"]);
    expect(titles("# One\n# Two\n- x\n- y")).toEqual(["x", "y"]);
    expect(titles("# Study\n## Market\nHow big?\n## Rivals\nWho?")).toEqual(["Market", "Rivals"]);
  });

  it("hold what is indented below them, and are not looked for in code", () => {
    expect(partsOfBrief("1. List rivals\n   - with prices\n2. Draw")[0]?.text).toBe("List rivals\n- with prices");
    expect(titles("Do this:\n```\n- a\n- b\n```")).toEqual([]);
  });

  it("need only earlier parts", () => {
    const parts = partsOfBrief("1. Uses item 2\n2. After step 1\n3. Based on item 1 and using part 2, depends on 9");
    expect(parts.map(({ needs }) => needs)).toEqual([[], [1], [1, 2]]);
  });

  it("are found in no time in text that is made to be searched long", () => {
    const startedMs = performance.now();
    for (const piece of ["- ", "1. a ", "after ", "#".repeat(7), "a:", "\n \n"]) partsOfBrief(piece.repeat(30_000));
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

describe("a plan made by rules", () => {
  it("gives each part its share to the cent, keeps a tenth, and ends with a part that waits for all", () => {
    const plan = planByRules(brief(`1. Short\n2. ${"word ".repeat(100)}`), frame);
    // Weights 2, 4 and 2 of 9,000.
    expect(plan.map(({ budget }) => budget)).toEqual([2_251, 4_499, 2_250]);
    expect(plan.at(-1)).toMatchObject({ title: "Assemble and check", dependsOn: ["part-1", "part-2"] });
    expect(plan.every(({ category }) => category === "research")).toBe(true);
    expect(isSoundPlan(plan, 9_000)).toBe(true);
  });

  it("is one subtask where the brief has no structure, or the budget is too small for its parts", () => {
    expect(planByRules(brief("Find out what it costs."), frame)).toMatchObject([{ title: "A study", budget: 9_000 }]);
    expect(planByRules(brief("1. a\n2. b\n3. c"), { ...frame, uncarved: 3 })).toMatchObject([{ budget: 3 }]);
  });

  it("has at most forty parts; the rest is one of them", () => {
    const plan = planByRules(brief(Array.from({ length: 90 }, (_, n) => `${n + 1}. Thing ${n}`).join("\n")), frame);
    expect(plan).toHaveLength(41);
    expect(plan[39]?.title).toBe("Everything else");
    expect(plan[39]?.description).toContain("Thing 89");
  });
});

describe("an advised plan", () => {
  it("is sound only when it is paid for, named, and each part waits for earlier ones", () => {
    expect(isSoundPlan([aPart("a"), aPart("b", ["a"])], 2_000)).toBe(true);
    expect(isSoundPlan([aPart("a"), aPart("b", ["a"])], 1_999)).toBe(false);
    expect(isSoundPlan([aPart("a", ["b"]), aPart("b")], 2_000)).toBe(false);
    expect(isSoundPlan([aPart("a"), aPart("a")], 2_000)).toBe(false);
    expect(isSoundPlan([aPart("a", [], { budget: 0.5 })], 2_000)).toBe(false);
    expect(isSoundPlan([aPart("a", [], { title: " " })], 2_000)).toBe(false);
    expect(isSoundPlan([], 2_000)).toBe(false);
  });
});
