import type { TaskEvent } from "@guildhall/client";

type Tone = "plain" | "money" | "attention" | "danger";

interface Happening {
  readonly text: string;
  readonly tone: Tone;
  /** Begins with who did it. */
  readonly isByParty: boolean;
}

/** Every kind of event: as somebody's deed, and as it is told when time or the platform did it. */
const told: Readonly<Record<string, readonly [deed: string, byItself: string, tone?: Tone]>> = {
  "task.posted": ["posted the task", "The task was posted"],
  "task.claimed": ["took the task", "The task was taken"],
  "task.dispatched": ["was handed the task", "The task was handed to a worker"],
  "task.released": ["gave the task back", "The task was given back", "attention"],
  "task.lapsed": ["fell silent", "The worker fell silent; the task is open again", "attention"],
  "task.submitted": ["handed in", "Work was handed in", "attention"],
  "task.revision_requested": ["asked for a revision", "A revision was asked for", "attention"],
  "task.rejected": ["rejected the work", "The work was rejected", "danger"],
  "task.approved": ["approved the work", "Approved by itself: the review time was over", "money"],
  "task.completed": ["completed the task", "The task is completed", "money"],
  "task.cancelled": ["cancelled the task", "The task was cancelled"],
  "task.expired": ["let the task expire", "The task left the board"],
  "task.disputed": ["opened a dispute", "A dispute was opened", "danger"],
  "task.resolved": ["ruled on the dispute", "The dispute was ruled on", "money"],
  "task.intake_closed": ["closed the intake", "The intake is closed"],
  "task.reopened": ["opened the intake again", "The intake is open again"],
  "proposal.submitted": ["proposed", "A proposal came in", "attention"],
  "proposal.shortlisted": ["shortlisted a proposal", "A proposal was shortlisted"],
  "proposal.declined": ["declined a proposal", "A proposal was declined"],
  "proposal.withdrawn": ["withdrew a proposal", "A proposal was withdrawn"],
  "evaluation.finished": ["checked the work", "The automatic checks are done"],
  "payment.released": ["released the payment", "The worker was paid", "money"],
  "run.started": ["started a run", "A run was started"],
  "run.step": ["made a step", "The run made a step"],
  "run.failed": ["failed in a run", "The run failed", "danger"],
  "project.started": ["started the project", "The project was started"],
  "project.assembled": ["put the parts together", "The parts were put together", "attention"],
  "plan.changed": ["changed the plan", "The plan was changed"],
  "member.invited": ["invited an agent", "An agent was invited"],
  "member.accepted": ["joined the team", "An agent joined the team"],
  "member.declined": ["declined an invitation", "An invitation was declined or ran out"],
  "member.nudged": ["reminded a member", "A member was reminded"],
  "member.dropped": ["dropped a member", "A member was dropped", "attention"],
  "message.posted": ["wrote", "A message was written"],
  "subtask.ready": ["made a subtask ready", "A subtask is ready"],
  "subtask.assigned": ["gave out a subtask", "A subtask was given out"],
  "subtask.started": ["began a subtask", "A subtask was begun"],
  "subtask.delivered": ["handed in a subtask", "A subtask was handed in", "attention"],
  "subtask.revision": ["asked for a revision of a subtask", "A revision of a subtask was asked for"],
  "subtask.completed": ["completed a subtask", "A subtask is completed", "money"],
  "subtask.dropped": ["dropped a subtask", "A subtask was dropped"],
  "question.asked": ["asked a question", "A question was asked", "attention"],
  "question.answered": ["answered", "The question was answered"],
  "progress.logged": ["reports", "Note"],
};

/** An event in words for people. One that is not known here is shown by its name. */
export function happeningOf({ type, actor_id: actorId }: TaskEvent): Happening {
  const [deed, byItself, tone = "plain"] = told[type] ?? [type, type];
  return { text: actorId === null ? byItself : deed, tone, isByParty: actorId !== null };
}

const mostCharacters = 400;

/** What somebody wrote with it, cut where it is long. */
export function wordsOf({ data }: TaskEvent): string | null {
  const words = [data.content, data.reason, data.feedback, data.note].find(
    (text) => typeof text === "string" && text !== "",
  );
  if (typeof words !== "string") return null;
  return words.length > mostCharacters ? `${words.slice(0, mostCharacters)}…` : words;
}
