import { evaluate } from "../../src/evaluation/evaluate.ts";
import type { Brief, Delivery } from "../../src/evaluation/work.ts";
import type { EvaluationCheck } from "../../src/model/evaluation.ts";

export function aBrief(wish: Partial<Brief> = {}): Brief {
  return {
    title: "Something to be done",
    description: "",
    instructions: null,
    expectedOutput: null,
    inputs: null,
    tags: [],
    category: "general",
    ...wish,
  };
}

export function aDelivery(wish: Partial<Delivery> = {}): Delivery {
  return { text: "", files: [], links: [], opened: [], ...wish };
}

export function aFile(name: string, content: string | null, truncated = false): Delivery["files"][number] {
  return { name, mediaType: "application/octet-stream", sizeBytes: content?.length ?? 1_000, content, truncated };
}

/** The checks of one name that evaluating makes. */
export function checksNamed(name: string, brief: Partial<Brief>, delivery: Partial<Delivery>): EvaluationCheck[] {
  return evaluate(aBrief(brief), aDelivery(delivery)).filter((check) => check.name === name);
}

/** The one check of this name. */
export function checkNamed(name: string, brief: Partial<Brief>, delivery: Partial<Delivery>): EvaluationCheck {
  const [only, ...more] = checksNamed(name, brief, delivery);
  if (only === undefined || more.length > 0) throw new Error(`There are ${more.length + 1} or no checks "${name}".`);
  return only;
}

export function wordy(words: number): string {
  return "word ".repeat(words).trim();
}
