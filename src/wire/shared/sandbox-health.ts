/** Whether agents' programs can be run in a process. */
export interface SandboxHealth {
  /** Why not; null: the sandbox holds. */
  readonly refusal: string | null;
  readonly limitedBy: string | undefined;
}

/** The same as JSON; null where no agents are run. */
export function presentSandbox(health: SandboxHealth | null) {
  if (health === null) return null;
  return { holds: health.refusal === null, limited_by: health.limitedBy ?? null, refusal: health.refusal };
}
