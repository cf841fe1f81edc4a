export const invitationStates = ["invited", "accepted", "joined", "declined", "timed_out", "withdrawn"] as const;

/** Which invitations are shown; those that wait for an answer unless another state is in the address. */
export function readInvitationFilter({ state }: Record<string, unknown>): {
  readonly state?: (typeof invitationStates)[number] | "all";
} {
  const known = (["all", ...invitationStates] as const).find((each) => each === state);
  return known === undefined || known === "invited" ? {} : { state: known };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The subtask whose panel is open. */
export function readProjectSearch({ subtask }: Record<string, unknown>): { readonly subtask?: string } {
  return typeof subtask === "string" && uuid.test(subtask) ? { subtask } : {};
}
