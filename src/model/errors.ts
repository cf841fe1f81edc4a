/**
 * Everything Guildhall refuses, as one closed set. A code says what happened; its kind says what sort of thing that is.
 * Dialects map kinds (all of them, checked by the compiler) to their own status and envelope.
 */
export type RefusalKind =
  | "invalid"
  | "unauthenticated"
  | "funds"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "too_large"
  | "unsupported_media_type"
  | "rate_limited"
  | "internal"
  | "upstream_failed"
  | "unavailable"
  | "upstream_timeout";

interface RefusalRule {
  readonly kind: RefusalKind;
  /** Shown to the caller when the place that refuses says nothing more exact. */
  readonly message: string;
}

const rules = {
  // What the caller sent
  validation_failed: { kind: "invalid", message: "The request is not valid." },
  body_malformed: { kind: "invalid", message: "The request body is not valid JSON." },
  body_too_large: { kind: "too_large", message: "The request body is larger than 1 MiB." },
  content_type_unsupported: {
    kind: "unsupported_media_type",
    message: "Send the request body as application/json.",
  },
  idempotency_key_invalid: {
    kind: "invalid",
    message: "Idempotency-Key must be 1 to 255 visible ASCII characters.",
  },
  idempotency_mismatch: {
    kind: "conflict",
    message: "This Idempotency-Key was already used for a different request.",
  },

  // Who the caller is
  key_missing: { kind: "unauthenticated", message: "An API key is required." },
  key_invalid: { kind: "unauthenticated", message: "The API key is invalid or revoked." },
  agent_not_approved: { kind: "forbidden", message: "This agent is not approved." },
  agent_paused: {
    kind: "forbidden",
    message: "This agent is paused: it takes no new work until its operator lets it work again.",
  },
  not_allowed: { kind: "forbidden", message: "You are not allowed to do this." },

  // What is not there
  route_not_found: { kind: "not_found", message: "There is nothing at this address." },
  task_not_found: { kind: "not_found", message: "Task not found." },
  agent_not_found: { kind: "not_found", message: "Agent not found." },
  party_not_found: { kind: "not_found", message: "No such party." },
  proposal_not_found: { kind: "not_found", message: "Proposal not found." },
  submission_not_found: { kind: "not_found", message: "Submission not found." },
  subtask_not_found: { kind: "not_found", message: "Subtask not found." },
  invitation_not_found: { kind: "not_found", message: "Invitation not found." },
  dispute_not_found: { kind: "not_found", message: "Dispute not found." },
  run_not_found: { kind: "not_found", message: "Run not found." },
  cash_request_not_found: { kind: "not_found", message: "No such deposit or payout request." },
  job_not_found: { kind: "not_found", message: "This job is not in the queue any more, or runs right now." },
  assignment_not_found: { kind: "not_found", message: "Assignment not found." },

  // What the market's rules forbid
  own_task: { kind: "forbidden", message: "You cannot work on your own task." },
  not_assignee: { kind: "forbidden", message: "This task is not assigned to you." },
  not_poster: { kind: "forbidden", message: "Only the poster of this task can do this." },
  task_wrong_state: { kind: "conflict", message: "The task is not in a state that allows this." },
  task_taken: { kind: "conflict", message: "The task has already been taken." },
  not_proposals: { kind: "conflict", message: "This task does not take proposals." },
  not_a_project: { kind: "conflict", message: "This task is not a Task Force project." },
  not_opted_in: { kind: "forbidden", message: "This agent has not opted into Task Forces." },
  plan_invalid: { kind: "invalid", message: "The plan is not valid." },
  plan_over_budget: { kind: "invalid", message: "The subtasks cost more than the project's budget." },
  plan_empty: { kind: "conflict", message: "The project has no subtasks yet." },
  subtask_wrong_state: { kind: "conflict", message: "The subtask is not in a state that allows this." },
  subtask_staffed: { kind: "conflict", message: "Somebody has been invited to this subtask already." },
  run_ended: { kind: "conflict", message: "The run has ended." },
  invitation_decided: { kind: "conflict", message: "The invitation has already been decided." },
  message_repeated: { kind: "conflict", message: "This was said already." },
  proposal_exists: { kind: "conflict", message: "This agent has already made a proposal on this task." },
  proposal_over_budget: { kind: "invalid", message: "The proposal asks for more than the task's budget." },
  proposal_decided: { kind: "conflict", message: "The proposal has already been decided." },
  intake_full: { kind: "conflict", message: "All proposals that the task takes are in." },
  deadline_passed: { kind: "conflict", message: "The deadline has passed." },
  submission_ambiguous: { kind: "invalid", message: "Several submissions wait for review: name the one you mean." },
  evaluation_finished: { kind: "conflict", message: "This submission has already been evaluated." },
  ruling_invalid: { kind: "invalid", message: "A split gives the worker more than 0 and less than the price." },
  cash_request_decided: { kind: "conflict", message: "This request has already been decided." },
  approval_wrong_state: { kind: "conflict", message: "The agent's approval cannot change like that." },
  question_not_open: { kind: "conflict", message: "No question is waiting for an answer." },
  question_open: { kind: "conflict", message: "A question is already waiting for an answer." },
  answer_invalid: { kind: "invalid", message: "The answer does not fit the question." },
  revisions_used_up: { kind: "conflict", message: "No more revisions can be asked for on this task." },
  spending_limit_reached: { kind: "funds", message: "The spending limit of the day is reached." },
  allowance_used_up: { kind: "funds", message: "Today's free credits are used up." },
  file_not_found: { kind: "not_found", message: "File not found." },
  file_too_large: { kind: "too_large", message: "The file is larger than 100 MiB." },
  link_invalid: { kind: "forbidden", message: "The link is invalid or has expired." },
  webhook_not_found: { kind: "not_found", message: "No such webhook." },
  delivery_not_found: { kind: "not_found", message: "No such delivery." },
  webhook_limit: { kind: "conflict", message: "No more than 50 webhooks. Delete one first." },
  webhook_disabled: { kind: "conflict", message: "This webhook is switched off. Switch it on first." },
  webhook_of_agentmarket: {
    kind: "conflict",
    message: "This webhook is set by PUT /api/agents/me/webhook; here it can only be switched on and off.",
  },
  key_not_found: { kind: "not_found", message: "No such key." },
  credentials_invalid: { kind: "unauthenticated", message: "Invalid e-mail address or password." },
  no_organization: { kind: "invalid", message: "This user has no organization." },
  lease_lost: { kind: "conflict", message: "Your lease on this task has ended." },
  not_due: { kind: "conflict", message: "The deadline has not passed yet." },
  funds_insufficient: { kind: "funds", message: "The wallet does not hold enough for this." },
  agent_not_executable: {
    kind: "invalid",
    message: "This agent has neither an endpoint_url nor a system_prompt, so it cannot be run directly.",
  },
  budget_below_price: { kind: "invalid", message: "The budget is below the agent's price per task." },
  email_taken: { kind: "conflict", message: "This e-mail address is already registered." },

  // Us
  queue_full: { kind: "unavailable", message: "Too many requests are waiting. Try again shortly." },
  database_unavailable: {
    kind: "unavailable",
    message: "The database is not answering. Try again shortly; repeat a POST with the same Idempotency-Key.",
  },
  shutting_down: { kind: "unavailable", message: "The server is shutting down. Try again shortly." },
  execution_unavailable: { kind: "unavailable", message: "This server does not run agents." },
  payment_not_begun: {
    kind: "upstream_failed",
    message: "The payment provider could not begin. The request is kept: repeat it with the same Idempotency-Key.",
  },
  execution_failed: { kind: "upstream_failed", message: "The agent failed to produce a result." },
  execution_timeout: { kind: "upstream_timeout", message: "The agent did not answer in time." },
  rate_limited: { kind: "rate_limited", message: "Too many requests. Try again later." },
  internal: { kind: "internal", message: "An internal error occurred." },
} as const satisfies Record<string, RefusalRule>;

export type RefusalCode = keyof typeof rules;

export type RefusalDetails = Readonly<Record<string, string | number | boolean | null>>;

/** One thing wrong with what was sent. */
export interface InputFault {
  /** JSON pointer into the body (as a URI fragment, "#/budget"), or the name of a parameter. */
  readonly at: { readonly pointer: string } | { readonly parameter: string };
  readonly detail: string;
}

export interface RefusalExtra {
  /** Replaces the code's standing message. */
  message?: string;
  /** Facts a program can read, for instance the state the task was in. */
  details?: RefusalDetails;
  /** Where the input is wrong. */
  faults?: readonly InputFault[];
}

/** A request that was understood and turned down. Nothing it asked for has happened. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;
  readonly faults: readonly InputFault[];

  constructor(code: RefusalCode, extra: RefusalExtra = {}) {
    super(extra.message ?? rules[code].message);
    this.name = "Refusal";
    this.code = code;
    this.details = extra.details ?? {};
    this.faults = extra.faults ?? [];
  }

  get kind(): RefusalKind {
    return rules[this.code].kind;
  }
}

/** Ends the current operation with a refusal. */
export function refuse(code: RefusalCode, extra?: RefusalExtra): never {
  throw new Refusal(code, extra);
}
