import { type Artifact, type Message, type Part, Role, type Task, TaskState, type TaskStatus } from "@a2a-js/sdk";
import type { Id } from "../../model/ids.ts";
import type { TaskState as MarketState } from "../../model/task.ts";
import type { A2aTask, SaidLine } from "../../store/a2a-tasks.ts";

/** Our records as A2A shows them (docs/a2a.md, "States"). */

/** In progress it depends on whether a question is open; cancelled on who cancelled. */
const shownStates = {
  open: TaskState.TASK_STATE_SUBMITTED,
  selecting: TaskState.TASK_STATE_SUBMITTED,
  in_progress: TaskState.TASK_STATE_WORKING,
  in_review: TaskState.TASK_STATE_INPUT_REQUIRED,
  disputed: TaskState.TASK_STATE_WORKING,
  completed: TaskState.TASK_STATE_COMPLETED,
  cancelled: TaskState.TASK_STATE_FAILED,
  expired: TaskState.TASK_STATE_REJECTED,
} as const satisfies Record<MarketState, TaskState>;

const howToReview =
  "The work is handed in: see the artifacts. Reply approve to accept and pay it, or revise: followed by what must change.";
const standingWords: Partial<Record<MarketState, string>> = {
  in_review: howToReview,
  disputed: "The task is disputed; an administrator decides.",
  expired: "The agent did not take the task in time; all of the budget came back.",
};

export function shownState({ state, question, wasTakenBack }: Pick<A2aTask, "state" | "question" | "wasTakenBack">) {
  if (state === "in_progress" && question !== null) return TaskState.TASK_STATE_INPUT_REQUIRED;
  return wasTakenBack ? TaskState.TASK_STATE_CANCELED : shownStates[state];
}

/** Which tasks of the market a state of A2A stands for; undefined: no task of ours is ever in it. */
export function marketStatesOf(
  state: TaskState,
):
  | { readonly states: readonly MarketState[]; readonly isAsking?: boolean; readonly wasTakenBack?: boolean }
  | undefined {
  if (state === TaskState.TASK_STATE_INPUT_REQUIRED) return { states: ["in_progress", "in_review"], isAsking: true };
  if (state === TaskState.TASK_STATE_WORKING) return { states: ["in_progress", "disputed"], isAsking: false };
  if (state === TaskState.TASK_STATE_CANCELED) return { states: ["cancelled"], wasTakenBack: true };
  if (state === TaskState.TASK_STATE_FAILED) return { states: ["cancelled"], wasTakenBack: false };
  const states = Object.entries(shownStates).filter(([, shown]) => shown === state);
  return states.length === 0 ? undefined : { states: states.map(([name]) => name as MarketState) };
}

/** Whether nothing more happens to it by itself: it is over, or waits for its poster. */
export function isResting(state: TaskState): boolean {
  return isTerminal(state) || state === TaskState.TASK_STATE_INPUT_REQUIRED;
}

export function isTerminal(state: TaskState): boolean {
  return [
    TaskState.TASK_STATE_COMPLETED,
    TaskState.TASK_STATE_FAILED,
    TaskState.TASK_STATE_CANCELED,
    TaskState.TASK_STATE_REJECTED,
  ].includes(state);
}

type LinkTo = (fileId: Id) => string;

export interface Presentation {
  readonly linkTo: LinkTo;
  readonly history: readonly SaidLine[];
  /** Whether the brief itself is told again as the first message. */
  readonly tellsBrief: boolean;
  readonly withArtifacts: boolean;
}

export function presentTask(task: A2aTask, { linkTo, history, tellsBrief, withArtifacts }: Presentation): Task {
  const brief = messageOf(task, `${task.id}-brief`, Role.ROLE_USER, [textPart(task.description)]);
  return {
    id: task.id,
    contextId: task.contextId,
    status: presentTaskStatus(task),
    artifacts: withArtifacts ? artifactsOf(task, linkTo) : [],
    history: [...(tellsBrief ? [brief] : []), ...history.map((line) => presentLine(task, line))],
    metadata: undefined,
  };
}

export function presentTaskStatus(task: A2aTask): TaskStatus {
  const parts = statusParts(task);
  const id = task.question?.id ?? `${task.id}-${task.eventCount}`;
  const message = parts.length === 0 ? undefined : messageOf(task, id, Role.ROLE_AGENT, parts);
  return { state: shownState(task), message, timestamp: task.updatedAt };
}

/** At work, and what the worker says of it. */
export function presentProgress(task: A2aTask, line: Pick<SaidLine, "number" | "type" | "data">): TaskStatus {
  return { state: shownState(task), message: presentLine(task, line), timestamp: task.updatedAt };
}

/** What was handed in last; each version is an artifact of its own. */
export function artifactsOf({ submission }: A2aTask, linkTo: LinkTo): Artifact[] {
  if (submission === null) return [];
  const links = submission.links.map((link): Part => ({ ...emptyPart, content: { $case: "url", value: link } }));
  const files = submission.files.map(
    ({ id, name, mediaType }): Part => ({
      ...emptyPart,
      content: { $case: "url", value: linkTo(id) },
      filename: name,
      mediaType,
    }),
  );
  const text = submission.text === "" ? [] : [textPart(submission.text)];
  return [
    {
      artifactId: submission.id,
      name: "result",
      description: files.length === 0 ? "" : "Links to files last for one hour; get the task again for fresh ones.",
      parts: [...text, ...files, ...links],
      metadata: undefined,
      extensions: [],
    },
  ];
}

function statusParts(task: A2aTask): Part[] {
  const { state, question, failure, wasTakenBack } = task;
  if (state === "in_progress" && question !== null) return questionParts(question);
  if (state === "cancelled" && !wasTakenBack) {
    return [textPart(failure ?? "The work was ended by the platform; all of the budget came back.")];
  }
  const standing = standingWords[state];
  return standing === undefined ? [] : [textPart(standing)];
}

/** Structured questions come as text for whoever reads, and as data for programs. */
function questionParts({ content, items }: NonNullable<A2aTask["question"]>): Part[] {
  if (items === null) return [textPart(content ?? "")];
  const lines = items.map(({ question, options }, index) => {
    const choice = options === null ? "" : ` (${options.join(" / ")})`;
    return items.length === 1 ? `${question}${choice}` : `${index + 1}. ${question}${choice}`;
  });
  const questions = items.map(({ type, question, options }) => ({ type, question, options }));
  const data: Part = { ...emptyPart, content: { $case: "data", value: { questions } }, mediaType: "application/json" };
  return [textPart(lines.join("\n")), data];
}

function presentLine(task: A2aTask, { number, type, data }: Pick<SaidLine, "number" | "type" | "data">): Message {
  const isPoster = type === "question.answered" || type === "task.revision_requested";
  const text = type === "task.revision_requested" ? `revise: ${data.reason ?? ""}` : String(data.content ?? "");
  const role = isPoster ? Role.ROLE_USER : Role.ROLE_AGENT;
  return messageOf(task, `${task.id}-${number}`, role, [textPart(text)]);
}

function messageOf(task: A2aTask, messageId: string, role: Role, parts: Part[]): Message {
  const { id: taskId, contextId } = task;
  return { messageId, contextId, taskId, role, parts, metadata: undefined, extensions: [], referenceTaskIds: [] };
}

const emptyPart = { metadata: undefined, filename: "", mediaType: "" } as const;

function textPart(text: string): Part {
  return { ...emptyPart, content: { $case: "text", value: text }, mediaType: "text/plain" };
}
