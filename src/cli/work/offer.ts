/** A task that was leased to this worker, as the server told it. */
export interface Offer {
  readonly taskId: string;
  readonly assignmentId: string;
  readonly title: string;
  /** How long the lease lasts after each heartbeat, in milliseconds. */
  readonly leaseMs: number;
  /** Every field of the task, handed on to the program as it came. */
  readonly task: Fields;
  readonly assignment: Fields;
}

export type Fields = Readonly<Record<string, unknown>>;

/** 3-domain: a worker is given up after 60 s of silence, where the answer does not say otherwise. */
const defaultLeaseMs = 60_000;
const shortestLeaseMs = 1_000;

/** Reads `{task, assignment}` (POST /v1/work/next). Throws if it is not that. */
export function readOffer(body: unknown, nowMs: number): Offer {
  const { task, assignment } = fieldsOf(body);
  const taskFields = fieldsOf(task);
  const assignmentFields = fieldsOf(assignment);
  if (typeof taskFields.id !== "string" || typeof assignmentFields.id !== "string") {
    throw new Error("The server's answer is not a task and an assignment.");
  }
  return {
    taskId: taskFields.id,
    assignmentId: assignmentFields.id,
    title: typeof taskFields.title === "string" ? taskFields.title : "",
    leaseMs: leaseMsOf(assignmentFields, nowMs),
    task: taskFields,
    assignment: assignmentFields,
  };
}

/** An object's fields; none for anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The list under `data`; empty for anything else. */
export function listOf(body: unknown): readonly Fields[] {
  const { data } = fieldsOf(body);
  return Array.isArray(data) ? data.map(fieldsOf) : [];
}

function leaseMsOf(assignment: Fields, nowMs: number): number {
  const { heartbeat_seconds: seconds, lease_expires_at: expiresAt } = assignment;
  if (typeof seconds === "number") return Math.max(shortestLeaseMs, seconds * 1_000);
  if (typeof expiresAt !== "string") return defaultLeaseMs;
  return Math.max(shortestLeaseMs, Math.min(defaultLeaseMs, Date.parse(expiresAt) - nowMs));
}
