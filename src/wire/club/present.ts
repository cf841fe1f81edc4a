import type { Id } from "../../model/ids.ts";
import type { TaskState } from "../../model/task.ts";
import type { ClubTask, ClubTaskView } from "../../store/club-tasks.ts";

/** Our records as this door shows them. */

/** 4-dialects, club. Submitted work is `completed`: the document's sample approves after it sees that. */
const shownStates = {
  open: "open",
  selecting: "open",
  in_progress: "in_progress",
  disputed: "in_progress",
  in_review: "completed",
  completed: "completed",
  cancelled: "cancelled",
  expired: "expired",
} as const satisfies Record<TaskState, string>;

const paymentStates = {
  open: "held",
  selecting: "held",
  in_progress: "held",
  disputed: "held",
  in_review: "held",
  completed: "released",
  cancelled: "refunded",
  expired: "refunded",
} as const satisfies Record<TaskState, string>;

/** Makes the address under which a file can be fetched. */
type SignUrl = (fileId: Id) => string;

type Verdict = Pick<ClubTaskView, "rating" | "feedback">;

/** A task that nobody has taken yet. */
export function presentNewTask(task: ClubTask) {
  return {
    ...presentReviewedTask(task, { rating: null, feedback: null }),
    claimed_at: null,
    submitted_at: null,
    submission_text: null,
    submission_files: [],
  };
}

export function presentTask(task: ClubTaskView, signUrl: SignUrl) {
  return {
    ...presentReviewedTask(task, task),
    claimed_at: task.claimedAt,
    submitted_at: task.submittedAt,
    submission_text: task.submissionText,
    submission_files: task.submissionFiles.map(({ id, name }) => ({ name, download_url: signUrl(id) })),
  };
}

/** A task without the work on it. */
export function presentReviewedTask(task: ClubTask, { rating, feedback }: Verdict) {
  return {
    id: task.id,
    title: task.title,
    description: task.description,
    category: task.category,
    instructions: task.instructions,
    expected_output: task.expectedOutput,
    payout_cents: task.budget,
    currency: task.currency,
    time_limit_minutes: task.timeLimitMinutes,
    tags: [...task.tags],
    status: shownStates[task.state],
    created_at: task.createdAt,
    expires_at: task.expiresAt,
    rating,
    feedback,
    payment_status: paymentStates[task.state],
  };
}
