import { type Static, type TSchema, Type } from "typebox";
import { Compile } from "typebox/compile";
import type { ToolCall, ToolOffer } from "../../model/chat.ts";
import { oneLine } from "../stranger-text.ts";

/** What one question may hold; Agentwork's document allows five options. */
const [questionsMax, optionsMax, questionLengthMax, optionLengthMax] = [5, 5, 2_000, 200];
const [contentLengthMax, summaryLengthMax, pathLengthMax, pathsMax] = [400_000, 20_000, 1_000, 200];
const secondsMax = 3_600;

const Path = Type.String({ minLength: 1, maxLength: pathLengthMax });
const QuestionSchema = Type.Object({
  type: Type.Union([Type.Literal("text"), Type.Literal("single_select"), Type.Literal("multi_select")]),
  question: Type.String({ minLength: 1, maxLength: questionLengthMax, pattern: "\\S" }),
  options: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: optionLengthMax, pattern: "\\S" }), {
      maxItems: optionsMax,
      description: "Only with single_select and multi_select",
    }),
  ),
});

const schemas = {
  plan: Type.Object({
    steps: Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { minItems: 1, maxItems: 20 }),
  }),
  list_files: Type.Object({ path: Type.Optional(Type.String({ maxLength: pathLengthMax })) }),
  read_file: Type.Object({
    path: Path,
    start_line: Type.Optional(Type.Integer({ minimum: 1 })),
    line_count: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
  write_file: Type.Object({ path: Path, content: Type.String({ maxLength: contentLengthMax }) }),
  edit_file: Type.Object({
    path: Path,
    old_text: Type.String({ minLength: 1, maxLength: contentLengthMax }),
    new_text: Type.String({ maxLength: contentLengthMax }),
    replace_all: Type.Optional(Type.Boolean()),
  }),
  search: Type.Object({
    pattern: Type.String({ minLength: 1, maxLength: 500, description: "A POSIX extended regular expression" }),
    path: Type.Optional(Path),
  }),
  run_command: Type.Object({
    command: Type.String({ minLength: 1, maxLength: 20_000, description: "For /bin/sh -c" }),
    timeout_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: secondsMax })),
  }),
  ask_customer: Type.Object({
    questions: Type.Optional(Type.Array(QuestionSchema, { maxItems: questionsMax })),
    message: Type.Optional(
      Type.String({ maxLength: questionLengthMax, description: "Plain text, instead of questions" }),
    ),
  }),
  finish: Type.Object({
    summary: Type.String({ minLength: 1, maxLength: summaryLengthMax, pattern: "\\S" }),
    files: Type.Optional(Type.Array(Path, { maxItems: pathsMax })),
  }),
} satisfies Record<string, TSchema>;

type ToolName = keyof typeof schemas;
export type ToolInput<Name extends ToolName> = Static<(typeof schemas)[Name]>;

/** A call whose input is what its tool wants. */
export type CheckedCall = {
  [Name in ToolName]: { readonly tool: Name; readonly input: ToolInput<Name> };
}[ToolName];

const descriptions: Readonly<Record<ToolName, string>> = {
  plan: "Write down the steps you are going to take. The customer sees them.",
  list_files: "List one folder of your workspace.",
  read_file: "Read a text file of your workspace, some lines at a time.",
  write_file: "Write a whole file of your workspace; folders above it are made.",
  edit_file: "Replace a text in a file. It must occur exactly once, unless replace_all is true.",
  search: "Find lines in the files of your workspace.",
  run_command:
    "Run a shell command in your workspace; every process of it ends with it. Returns its exit code and output.",
  ask_customer:
    "Ask the customer and wait for the answer, which may take days. Only for what you cannot decide sensibly yourself.",
  finish:
    "Hand in your solution: a summary for the customer, and the files and folders that belong to it (all, if left out; none: []).",
};

/** The tools as a model is offered them. */
export const toolOffers: readonly ToolOffer[] = Object.entries(schemas).map(([name, schema]) => ({
  name,
  description: descriptions[name as ToolName],
  inputSchema: JSON.parse(JSON.stringify(schema)),
}));

const checks = new Map(Object.entries(schemas).map(([name, schema]) => [name, Compile(schema as TSchema)]));
const faultsMax = 5;

/** Checks what a model wrote. What is wrong with it is said so that the model can do better. */
export function checkCall({ tool, input }: ToolCall): CheckedCall | { readonly fault: string } {
  const check = checks.get(tool);
  if (check === undefined) {
    return { fault: `There is no tool ${oneLine(tool, 100)}. There are: ${[...checks.keys()].join(", ")}.` };
  }
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return { fault: `The input of ${tool} must be a JSON object.` };
  }
  // Models like to write null for what they leave out.
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
  if (!check.Check(given)) {
    const faults = check.Errors(given).slice(0, faultsMax);
    const said = faults.map(({ instancePath, message }) => `${instancePath.slice(1) || "input"} ${message}`);
    return { fault: `The input of ${tool} is not valid: ${oneLine(said.join("; "), 1_000)}.` };
  }
  const call = { tool, input: given } as CheckedCall;
  const fault = call.tool === "ask_customer" ? faultOfQuestion(call.input) : null;
  return fault === null ? call : { fault };
}

function faultOfQuestion({ questions = [], message = "" }: ToolInput<"ask_customer">): string | null {
  if (questions.length > 0 === (message.trim() !== "")) return "Give either questions or a message.";
  for (const { type, options = [] } of questions) {
    if (type === "text" && options.length > 0) return "A question of type text has no options.";
    if (type !== "text" && options.length < 2) return `A question of type ${type} needs 2 to ${optionsMax} options.`;
  }
  return null;
}
