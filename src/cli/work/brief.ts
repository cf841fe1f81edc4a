import { setTimeout as pause } from "node:timers/promises";
import { isPassing, type WorkApi } from "./api.ts";
import { LeaseLost } from "./lease.ts";
import { type Fields, fieldsOf, listOf, type Offer } from "./offer.ts";

/** States of an assignment in which its worker owes work. */
const workingStates: ReadonlySet<unknown> = new Set(["active", "revision"]);
const firstPollMs = 500;
const longestPollMs = 5_000;
/** Of 100 events each; a history longer than that is cut at its end. */
const maxPages = 50;

/**
 * What the program gets on stdin: the task's fields and, beside them, what was said about it so far: `questions` with
 * their answers, and `revision` with the reason and the submission it is about, if one is asked for.
 */
export async function readBrief(api: WorkApi, offer: Offer, signal: AbortSignal): Promise<Fields> {
  const details = await readDetails(api, offer, signal);
  const events = await readEvents(api, offer, signal);
  // Who has handed in and is at work again was asked for another version.
  const isRevision = fieldsOf(details.submission).assignment_id === offer.assignmentId;
  const asked = events.findLast((event) => event.type === "task.revision_requested");
  const reason = fieldsOf(asked?.data).reason ?? null;
  return {
    ...details.task,
    assignment: details.assignment,
    questions: exchangesOf(events),
    revision: isRevision ? { reason, submission: details.submission } : null,
  };
}

/** Waits until the poster has answered. Throws `LeaseLost` when the work ends instead. */
export async function waitForAnswer(api: WorkApi, offer: Offer, signal: AbortSignal): Promise<void> {
  for (let waitMs = firstPollMs; ; waitMs = Math.min(longestPollMs, waitMs * 1.5)) {
    await pause(waitMs, undefined, { signal });
    try {
      const { assignment } = await readDetails(api, offer, signal);
      if (assignment.open_question_id === null) return;
    } catch (error) {
      signal.throwIfAborted();
      // A question may stay open for days; a fault of the server ends no wait.
      if (!isPassing(error)) throw error;
    }
  }
}

interface Details {
  readonly task: Fields;
  readonly assignment: Fields;
  readonly submission: unknown;
}

/** The task as it stands now. Throws `LeaseLost` when this worker no longer works on it. */
async function readDetails(api: WorkApi, offer: Offer, signal: AbortSignal): Promise<Details> {
  const { body } = await api.get(`/v1/tasks/${offer.taskId}`, { signal });
  const { task, assignments, submission } = fieldsOf(body);
  const all = Array.isArray(assignments) ? assignments.map(fieldsOf) : [];
  const assignment = all.find(({ id }) => id === offer.assignmentId);
  if (assignment === undefined || !workingStates.has(assignment.state)) {
    throw new LeaseLost(`The task is ${String(fieldsOf(task).state)}, and no longer this worker's.`);
  }
  return { task: fieldsOf(task), assignment, submission: submission ?? null };
}

/** The task's history, oldest first. */
async function readEvents(api: WorkApi, offer: Offer, signal: AbortSignal): Promise<readonly Fields[]> {
  const events: Fields[] = [];
  let cursor: unknown = null;
  for (let page = 0; page < maxPages; page += 1) {
    const query = typeof cursor === "string" ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const { body } = await api.get(`/v1/tasks/${offer.taskId}/events?limit=100${query}`, { signal });
    events.push(...listOf(body));
    cursor = fieldsOf(body).next_cursor;
    if (typeof cursor !== "string") break;
  }
  return events;
}

/** What was asked and, where there is one, the answer. */
function exchangesOf(events: readonly Fields[]): readonly Fields[] {
  return events
    .filter((event) => event.type === "question.asked")
    .map((asked) => {
      const { question_id: id, content } = fieldsOf(asked.data);
      const answered = events.find(
        (event) => event.type === "question.answered" && fieldsOf(event.data).question_id === id,
      );
      return { question: content ?? null, answer: fieldsOf(answered?.data).content ?? null };
    });
}
