/** What the server refused, from its `application/problem+json` (RFC 9457). */
export class GuildhallError extends Error {
  override readonly name: string = "GuildhallError";
  readonly status: number;
  /** What happened, for programs: for instance `lease_lost` or `funds_insufficient`. "" if the answer names none. */
  readonly code: string;
  readonly requestId: string | null;
  readonly problem: Problem;
  /** How long the server asks to wait before another attempt, in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(status: number, problem: Problem, retryAfterMs: number | null = null) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "";
    this.requestId = problem.request_id ?? null;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server could not be reached, although it was tried several times. Repeat with the same idempotency key. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

/** The task came to an end that is not the one waited for. */
export class TaskEndedError extends Error {
  override readonly name = "TaskEndedError";
  readonly state: string;

  constructor(state: string) {
    super(`The task ended ${state}.`);
    this.state = state;
  }
}

/** A wait took longer than it may. */
export class WaitTimeoutError extends Error {
  override readonly name = "WaitTimeoutError";
}

export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly code?: string;
  readonly request_id?: string;
  readonly errors?: readonly { readonly pointer?: string; readonly detail?: string }[];
}

/** The error that an answer outside 200–299 means. */
export async function errorOf(response: Response): Promise<GuildhallError> {
  const text = await response.text().catch(() => "");
  return new GuildhallError(response.status, problemOf(text), retryAfterMsOf(response));
}

/** `Retry-After` in seconds, as this server sends it. */
export function retryAfterMsOf(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}

function problemOf(text: string): Problem {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Problem) : {};
  } catch {
    return {};
  }
}
