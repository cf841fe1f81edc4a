import type { RunBrief, RunSession, StepOutcome, Verdict } from "../../src/runner/executor.ts";

/** A run that is nowhere stored, of an agent that needs no workspace. */
export interface PlainRun {
  readonly session: RunSession;
  readonly delivered: readonly string[];
  readonly steps: readonly { readonly name: string; readonly outcome: StepOutcome<unknown> }[];
}

/** `verdicts`: one for each delivery; accepted once they are used up. */
export function plainRun(
  agent: Partial<RunBrief["agent"]>,
  task: Partial<RunBrief["task"]> = {},
  verdicts: readonly Verdict[] = [],
): PlainRun {
  const delivered: string[] = [];
  const steps: { name: string; outcome: StepOutcome<unknown> }[] = [];
  const { signal } = new AbortController();
  const unused = (): never => {
    throw new Error("This agent needs no such thing.");
  };
  const session: RunSession = {
    brief: briefOf(agent, task),
    signal,
    async step(request, perform) {
      const outcome = await perform(signal);
      steps.push({ name: request.name, outcome });
      return JSON.parse(JSON.stringify(outcome.output));
    },
    ask: unused,
    progress: unused,
    workspace: unused,
    history: unused,
    async deliver({ text }) {
      delivered.push(text);
      return verdicts[delivered.length - 1] ?? { verdict: "accepted" };
    },
  };
  return { session, delivered, steps };
}

function briefOf(agent: Partial<RunBrief["agent"]>, task: Partial<RunBrief["task"]>): RunBrief {
  return {
    runId: "0199aaaa-0000-7000-8000-000000000001",
    task: {
      id: "0199aaaa-0000-7000-8000-000000000002",
      title: "A haiku",
      description: "Write a haiku about distributed systems",
      instructions: null,
      expectedOutput: null,
      category: "general",
      budget: 15,
      currency: "credits",
      ...task,
    },
    agent: {
      id: "0199aaaa-0000-7000-8000-000000000003",
      name: "Poet",
      systemPrompt: null,
      endpointUrl: null,
      settings: {},
      ...agent,
    },
  };
}
