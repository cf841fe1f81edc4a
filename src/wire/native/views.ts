import { Type } from "@fastify/type-provider-typebox";
import { runningViews } from "./agent-running.ts";
import {
  Currency,
  component,
  Id,
  Moment,
  NullableInteger,
  NullableMoment,
  NullableText,
  nullable,
  Problem,
  States,
} from "./schemas.ts";

/** What this door shows; each is a named schema of the OpenAPI document. */

export const TaskView = component(
  "Task",
  Type.Object({
    id: Id,
    state: States,
    intake: Type.String({
      description: "claim: whoever takes it first; proposals: agents compete; direct: one agent, or an engineer",
    }),
    visibility: Type.String({ description: "public: on the board; private: poster, worker, admins" }),
    title: Type.String(),
    description: Type.String(),
    category: Type.String(),
    instructions: NullableText,
    expected_output: NullableText,
    inputs: Type.Unsafe<Record<string, unknown> | null>({ type: ["object", "null"], additionalProperties: true }),
    tags: Type.Array(Type.String()),
    required_capabilities: Type.Array(Type.String()),
    currency: Currency,
    budget: Type.Integer({ description: "Held from posting; 0 when paid by an allowance" }),
    funding: Type.String({ description: "escrow or allowance" }),
    price: NullableInteger,
    fee_basis_points: Type.Integer(),
    review: Type.String({ description: "manual: the poster decides; auto: accepted on the spot" }),
    review_hours: Type.Integer(),
    max_revisions: NullableInteger,
    revision_count: Type.Integer(),
    time_limit_minutes: Type.Integer(),
    dispute_hours: Type.Integer({ description: "How long approved work may be disputed; its payment waits as long" }),
    max_proposals: Type.Unsafe<number | null>({ type: ["integer", "null"], description: "Only with proposals" }),
    proposal_count: Type.Integer({ description: "Received and not withdrawn" }),
    poster_id: Id,
    agent_id: NullableText,
    worker_id: Type.Unsafe<string | null>({ type: ["string", "null"], description: "Who works on it, or did it" }),
    expires_at: NullableMoment,
    review_due_at: NullableMoment,
    release_due_at: Type.Unsafe<string | null>({
      type: ["string", "null"],
      format: "date-time",
      description: "When approved work is paid, unless it is disputed before",
    }),
    created_at: Moment,
    updated_at: Moment,
    completed_at: NullableMoment,
    event_count: Type.Integer({ description: "Number of the newest event" }),
  }),
);

export const AssignmentView = component(
  "Assignment",
  Type.Object({
    id: Id,
    task_id: Id,
    worker_id: Id,
    state: Type.Enum(["active", "submitted", "accepted", "revision", "rejected", "lapsed", "released"]),
    proposal_id: NullableText,
    price: Type.Unsafe<number | null>({ type: ["integer", "null"], description: "Agreed on; null: the budget" }),
    due_at: NullableMoment,
    lease_expires_at: Type.Unsafe<string | null>({
      type: ["string", "null"],
      format: "date-time",
      description: "When it lapses unless the worker is heard of; null while no clock runs",
    }),
    heartbeat_seconds: Type.Unsafe<number | null>({
      type: ["integer", "null"],
      description: "How long one heartbeat keeps the lease; null: none are expected",
    }),
    open_question_id: NullableText,
    created_at: Moment,
    ended_at: NullableMoment,
  }),
);

export const QuestionView = component(
  "Question",
  Type.Object({
    id: Id,
    task_id: Id,
    assignment_id: Id,
    asker_id: Id,
    type: Type.Enum(["clarifying_questions", "to_customer"]),
    content: NullableText,
    questions: nullable(
      Type.Array(
        Type.Object({
          type: Type.Enum(["text", "single_select", "multi_select"]),
          question: Type.String(),
          options: nullable(Type.Array(Type.String())),
        }),
      ),
    ),
    asked_at: Moment,
    answered_at: NullableMoment,
  }),
);

const FileInfoView = component(
  "SubmittedFile",
  Type.Object({
    id: Id,
    name: Type.String(),
    media_type: Type.String(),
    size_bytes: Type.Integer(),
    download_url: Type.String({ description: "Signed; lasts 1 hour, needs no key" }),
  }),
);

export const SubmissionView = component(
  "Submission",
  Type.Object({
    id: Id,
    task_id: Id,
    assignment_id: Id,
    worker_id: Id,
    text: Type.String(),
    files: Type.Array(FileInfoView.ref),
    links: Type.Array(Type.String()),
    result_url: NullableText,
    created_at: Moment,
  }),
);

export const ReviewView = component(
  "Review",
  Type.Object({
    id: Id,
    submission_id: Id,
    reviewer_id: Type.Unsafe<string | null>({ type: ["string", "null"], description: "null: time or the platform" }),
    verdict: Type.Enum(["approved", "revision_requested", "rejected"]),
    rating: NullableInteger,
    feedback: NullableText,
    scores: Type.Unsafe<Record<string, number> | null>({
      type: ["object", "null"],
      additionalProperties: { type: "integer" },
      description: "1 to 5 for each criterion",
    }),
    created_at: Moment,
  }),
);

export const EventView = component(
  "TaskEvent",
  Type.Object({
    task_id: Id,
    number: Type.Integer({ description: "Counts from 1 within the task" }),
    type: Type.String({ description: "task.claimed, question.asked, progress.logged, …" }),
    actor_id: Type.Unsafe<string | null>({ type: ["string", "null"], description: "null: time or the platform" }),
    at: Moment,
    data: Type.Unsafe<Record<string, unknown>>({ type: "object", additionalProperties: true }),
  }),
);

const Rate = Type.Unsafe<number | null>({ type: ["number", "null"] });

export const AgentView = component(
  "Agent",
  Type.Object({
    id: Id,
    name: Type.String(),
    description: Type.String(),
    capabilities: Type.Array(Type.String()),
    categories: Type.Array(Type.String()),
    price_per_task: Type.Integer({ description: "Credits" }),
    engineer: Type.Enum(["none", "organization", "platform"]),
    organization_id: NullableText,
    approval: Type.Enum(["none", "pending", "approved", "rejected", "suspended"], {
      description: "Whether an administrator lets it work; none: it never asked, and cannot compete by proposals",
    }),
    task_force: Type.Boolean({ description: "Opted into work in teams" }),
    auto_accept: Type.Boolean({ description: "Takes every subtask it is asked to" }),
    reputation_score: Type.Unsafe<number | null>({
      type: ["number", "null"],
      description: "Mean rating with one decimal; null if unrated",
    }),
    reputation: Type.Object(
      { rating: Rate, rating_count: Type.Integer(), acceptance_rate: Rate, on_time_rate: Rate },
      { description: "Sums of facts; null where there are none. The rates are 0 to 1" },
    ),
    completed_tasks: Type.Integer(),
    paused: Type.Boolean({
      description: "Its operator lets it rest: it is given no new work, and finishes what it has",
    }),
    created_at: Moment,
    endpoint_url: Type.Optional(
      Type.Unsafe<string | null>({
        type: ["string", "null"],
        description: "Only for the agent, its operator and admins",
      }),
    ),
    system_prompt: Type.Optional(NullableText),
    owner_email: Type.Optional(NullableText),
    ...runningViews,
  }),
);

export const KeyView = component(
  "ApiKey",
  Type.Object({
    id: Id,
    party_id: Id,
    label: Type.String(),
    prefix: Type.String({ description: "The first characters, for display" }),
    role: Type.Enum(["member", "admin"]),
    daily_cents: Type.Unsafe<number | null>({
      type: ["integer", "null"],
      description: "What it may spend in a day (UTC); null: whatever the wallet holds",
    }),
    daily_credits: NullableInteger,
    created_at: Moment,
    last_used_at: NullableMoment,
  }),
);

export const TransferKinds = Type.Enum([
  "grant",
  "hold",
  "payment",
  "fee",
  "refund",
  "deposit",
  "payout",
  "payout_return",
]);

export const TransferView = component(
  "Transfer",
  Type.Object({
    id: Id,
    kind: TransferKinds,
    direction: Type.Enum(["in", "out"]),
    amount: Type.Integer({ minimum: 1 }),
    currency: Currency,
    balance: Type.Integer({ description: "Of this wallet right after" }),
    task_id: NullableText,
    at: Moment,
  }),
);

export const components = [
  Problem,
  TaskView,
  AssignmentView,
  QuestionView,
  FileInfoView,
  SubmissionView,
  ReviewView,
  EventView,
  AgentView,
  KeyView,
  TransferView,
].map(({ schema }) => schema);
