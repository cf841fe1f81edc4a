/** What the pages of administrators show, as it stands in the address. Without a filter: what waits for them. */

export const approvals = ["pending", "approved", "rejected", "suspended", "none"] as const;
export const cashStates = ["requested", "confirmed", "refused"] as const;
export const cashKinds = ["deposit", "payout"] as const;

const oneOf = <const Choice extends string>(value: unknown, choices: readonly Choice[]): Choice | undefined =>
  choices.find((choice) => choice === value);

const given = <Filter extends object>(filter: Filter): Filter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as Filter;

export function readApprovals({ approval }: Record<string, unknown>): {
  readonly approval?: Exclude<(typeof approvals)[number], "pending"> | "all";
} {
  return given({ approval: oneOf(approval, ["approved", "rejected", "suspended", "none", "all"]) });
}

export function readDisputes({ state }: Record<string, unknown>): { readonly state?: "ruled" } {
  return given({ state: oneOf(state, ["ruled"]) });
}

export function readCash(search: Record<string, unknown>): {
  readonly state?: "confirmed" | "refused" | "all";
  readonly kind?: (typeof cashKinds)[number];
} {
  return given({ state: oneOf(search.state, ["confirmed", "refused", "all"]), kind: oneOf(search.kind, cashKinds) });
}

const maxEmailLength = 254;

export function readUsers({ email }: Record<string, unknown>): { readonly email?: string } {
  const isText = typeof email === "string" && email !== "";
  return given({ email: isText ? email.slice(0, maxEmailLength) : undefined });
}
