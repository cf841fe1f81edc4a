import { Type } from "@fastify/type-provider-typebox";
import type { Id } from "../../model/ids.ts";
import { type Instant, instantFromMs, instantToMs } from "../../model/instant.ts";
import type { TaskInputs } from "../../model/task.ts";
import { idFrom } from "./caller.ts";
import { nullable, refuseField } from "./schemas.ts";

/** What a poster says of a task beyond words and numbers: a moment, inputs of any shape, one of several submissions. */

const maxInputsLength = 100_000;
const maxInputsDepth = 20;
const yearMs = 366 * 24 * 60 * 60_000;

export const Deadline = Type.String({
  format: "date-time",
  maxLength: 64,
  description: "When it leaves the board and is refunded unless somebody works on it: at most a year ahead",
});

export const Inputs = Type.Unsafe<Record<string, unknown>>({
  type: "object",
  description: "What comes with the brief, in any shape: at most 100,000 characters of JSON, 20 levels deep",
});

/** Refuses `validation_failed` for what is no moment, or more than a year ahead. What has passed the market refuses. */
export function readDeadline(text: string, now: Instant): Instant {
  const deadlineMs = Date.parse(text);
  if (Number.isNaN(deadlineMs)) refuseField("deadline", "must be a moment such as 2027-01-31T12:00:00Z.");
  if (deadlineMs > instantToMs(now) + yearMs) refuseField("deadline", "must be within a year.");
  return instantFromMs(deadlineMs);
}

/** Refuses `validation_failed`. */
export function readInputs(inputs: TaskInputs): TaskInputs {
  refuseDeep(inputs, 1);
  if (JSON.stringify(inputs).length > maxInputsLength) {
    refuseField("inputs", `must be at most ${maxInputsLength} characters of JSON.`);
  }
  return inputs;
}

/** The body's own limit of 32 levels bounds the recursion. */
function refuseDeep(value: unknown, depth: number): void {
  if (typeof value === "number" && !Number.isFinite(value)) refuseField("inputs", "holds a number that is too large.");
  if (typeof value !== "object" || value === null) return;
  if (depth > maxInputsDepth) refuseField("inputs", `must be at most ${maxInputsDepth} levels deep.`);
  for (const item of Object.values(value)) refuseDeep(item, depth + 1);
}

export const SubmissionChoice = Type.Optional(
  nullable(Type.String({ description: "Which submission; needed where several wait for review" })),
);

/** The submission named, in its one spelling; null: none is. Refuses `submission_not_found`. */
export function choiceFrom({ submission_id: id = null }: { submission_id?: string | null | undefined }): Id | null {
  return id === null ? null : idFrom(id, "submission_not_found");
}
