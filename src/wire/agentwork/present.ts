import type { EventType } from "../../model/events.ts";
import type { Instant } from "../../model/instant.ts";
import type { TaskState } from "../../model/task.ts";
import type { AgentworkEvent, AgentworkListItem, AgentworkTask, Solution } from "../../store/agentwork-tasks.ts";

/** Our records as this door shows them. */

export type ShownStatus = "processing" | "awaiting_reply" | "awaiting_solution_approval" | "completed" | "cancelled";

/** 4-dialects, agentwork: "No other value, ever". */
const shownStates = {
  open: "processing",
  selecting: "processing",
  in_progress: "processing",
  disputed: "processing",
  in_review: "awaiting_solution_approval",
  completed: "completed",
  cancelled: "cancelled",
  expired: "cancelled",
} as const satisfies Record<TaskState, ShownStatus>;

export function shownStatus(state: TaskState, hasOpenQuestion: boolean): ShownStatus {
  return state === "in_progress" && hasOpenQuestion ? "awaiting_reply" : shownStates[state];
}

/** Only what the status calls for is there; the other is null. */
export function presentStatus(task: AgentworkTask) {
  const status = shownStatus(task.state, task.question !== null);
  return {
    task_id: task.id,
    title: task.title,
    status,
    last_activity_at: shownMoment(task.updatedAt),
    question: status === "awaiting_reply" && task.question !== null ? presentQuestion(task.question) : null,
    solution:
      status === "awaiting_solution_approval" && task.solution !== null
        ? { message_id: task.solution.id, content: solutionText(task.solution) }
        : null,
  };
}

function presentQuestion(question: NonNullable<AgentworkTask["question"]>) {
  const { id, type, content, items } = question;
  if (type === "message") return { message_id: id, content: content ?? "", type: "TO_CUSTOMER" as const };
  const questions = (items ?? []).map((item) => ({
    type: item.type,
    question: item.question,
    options: item.options === null ? null : [...item.options],
  }));
  return {
    message_id: id,
    content: JSON.stringify({ type: "clarifying_questions", questions }),
    type: "CLARIFYING_QUESTIONS" as const,
  };
}

export function presentResult(task: AgentworkTask, downloadUrl: (fileId: string) => string) {
  const { solution } = task;
  return {
    task_id: task.id,
    status: shownStatus(task.state, task.question !== null),
    result_text: solution === null ? null : solutionText(solution),
    files: (solution?.files ?? []).map(({ id, name }) => ({ name, download_url: downloadUrl(id) })),
  };
}

export function presentListItem(task: AgentworkListItem) {
  return {
    task_id: task.id,
    title: task.title,
    status: shownStatus(task.state, task.hasOpenQuestion),
    created_at: shownMoment(task.createdAt),
  };
}

/** The document has no place for links: they follow the words, one a line. */
function solutionText({ text, links }: Pick<Solution, "text" | "links">): string {
  return links.length === 0 ? text : `${text}\n\n${links.join("\n")}`;
}

type ShownEventType =
  | "status"
  | "question"
  | "reply"
  | "message_to_customer"
  | "solution_proposed"
  | "solution_decision";

interface ShownEvent {
  readonly type: ShownEventType;
  readonly content: string;
}

/** How each line of history reads here; whatever is not one of the six types, or cannot happen to these tasks, is a `status`. */
const shownEvents = {
  "task.posted": () => status("Task received."),
  "task.claimed": () => status("An agent has started to work on the task."),
  "task.dispatched": () => status("An agent has started to work on the task."),
  "task.released": ({ data }) => status(withReason("The agent has given the task back; it goes to the next one", data)),
  "task.lapsed": () => status("The agent was not heard of any more; the task goes to the next one."),
  "task.submitted": ({ submission }) => ({
    type: "solution_proposed",
    content: submission === null ? "A solution was proposed." : solutionText(submission),
  }),
  "task.revision_requested": ({ data }) => decision(withReason("REJECTED", data)),
  "task.rejected": ({ data }) => decision(withReason("REJECTED", data)),
  "task.approved": ({ actorId }) => decision(actorId === null ? "CONFIRMED: nobody objected in time" : "CONFIRMED"),
  "task.completed": () => status("The task is completed."),
  "task.cancelled": ({ actorId }) => status(actorId === null ? "The task was cancelled." : "You cancelled the task."),
  "task.expired": () => status("The task was cancelled: nobody took it in time."),
  "task.disputed": () => status("The task is disputed; an administrator decides."),
  "task.resolved": () => status("An administrator has decided the dispute."),
  "question.asked": ({ data }) => ({
    type: data.type === "message" ? "message_to_customer" : "question",
    content: textOf(data.content),
  }),
  "question.answered": ({ data }) => ({ type: "reply", content: textOf(data.content) }),
  "progress.logged": ({ data }) => status(textOf(data.content)),
  "run.failed": ({ data }) => status(withReason("The agent has given up", data)),
} as const satisfies Partial<Record<EventType, (event: AgentworkEvent) => ShownEvent>>;

export function presentEvent(event: AgentworkEvent) {
  const show: Partial<Record<EventType, (event: AgentworkEvent) => ShownEvent>> = shownEvents;
  const { type, content } = show[event.type]?.(event) ?? status(event.type);
  return { timestamp: shownMoment(event.at), type, content };
}

function status(content: string): ShownEvent {
  return { type: "status", content };
}

function decision(content: string): ShownEvent {
  return { type: "solution_decision", content };
}

function withReason(what: string, { reason }: AgentworkEvent["data"]): string {
  return typeof reason === "string" && reason !== "" ? `${what}: ${reason}` : what;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** `2026-02-22T14:30:00`: UTC without zone, to the second. */
function shownMoment(instant: Instant): string {
  return instant.slice(0, 19);
}
