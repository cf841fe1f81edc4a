import type { ExecutorSettings } from "../../model/run.ts";
import type { RunBrief } from "../executor.ts";
import { aboutStrangerText, strangerText } from "../stranger-text.ts";
import { loopLimits } from "./loop-policy.ts";

const briefLengthMax = 100_000;

const work = `You are a software engineer. You do a task for a customer in a private workspace, with the tools you are given, until you
hand in a solution that works.

How to work:
1. Read the task. Ask the customer (ask_customer) only if you cannot do the task without knowing something that you
   cannot decide sensibly yourself; then ask everything at once, best with options to choose from. You may ask
   ${loopLimits.questions} times in all. For most tasks no question is needed.
2. Write down your plan (plan), then carry it out with the other tools. Every answer of yours must call a tool.
3. Run what you wrote (run_command), with tests where they make sense, and mend what fails. Never hand in what you have
   not run, if it can be run.
4. Hand in (finish) with a summary for the customer: what you made, how to use it, how you checked it, what you assumed.
   Name the files that belong to the solution, and no others. If the customer rejects it you are told why: revise it
   and hand in again.

Your workspace is the working folder of commands, /workspace. Commands run in a sandbox; Node is always there, of other
tools look what is installed. Paths are below the workspace. Nothing you start outlives its command. If something cannot be had, do without it and say so; do not pretend.`;

/** What the model is told by us and by the agent's operator. Nothing of the task is in it. */
export function engineerInstructions({ agent }: RunBrief): string {
  const operators = agent.systemPrompt === null ? [] : [`From your operator:\n${agent.systemPrompt}`];
  return [work, networkOf(agent.settings), aboutStrangerText, ...operators].join("\n\n");
}

function networkOf({ network = [] }: ExecutorSettings): string {
  if (network.length === 0) return "Commands have no network.";
  return `Commands can reach these hosts and no others, by https through the proxy in HTTPS_PROXY: ${network.join(", ")}.`;
}

/** The task, as data. */
export function firstMessage({ runId, task }: RunBrief): string {
  const { title, description, instructions, expectedOutput } = task;
  const parts = [
    `Title: ${title}`,
    `Description: ${description}`,
    ...(instructions === null ? [] : [`Instructions: ${instructions}`]),
    ...(expectedOutput === null ? [] : [`Expected output: ${expectedOutput}`]),
  ];
  return `This is the task:\n${strangerText(runId, parts.join("\n\n"), briefLengthMax)}`;
}

export const messages = {
  noTool: "You called no tool, so nothing happened. Go on with a tool; when the solution is ready, call finish.",
  cutOff: "Your answer was cut off because it was too long, and nothing of it was done. Do it in smaller pieces.",
  tooManyCalls: `Not done: at most ${loopLimits.callsPerAnswer} calls are done in one answer.`,
  afterFinish: "Not done: it came after finish.",
  repeated: "You have done exactly this before, with the same result. Try something else.",
  askedEnough: "You may not ask again. Decide sensibly yourself, and say in your summary what you assumed.",
  verifyFirst:
    "Not handed in yet: since you last changed a file no command went well. Run what you wrote; if there is nothing to run, finish again.",
} as const;
