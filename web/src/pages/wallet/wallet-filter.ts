/** What of the wallet is shown, as it stands in the address: `?currency=credits&kind=payment&days=30`. */
export interface WalletFilter {
  readonly currency?: "credits";
  readonly kind?: TransferKind;
  readonly days?: (typeof ranges)[number];
}

export const kinds = {
  grant: "Granted",
  hold: "Held for a task",
  payment: "Paid for work",
  fee: "Fee",
  refund: "Returned",
  deposit: "Deposit",
  payout: "Payout",
  payout_return: "Payout returned",
} as const;

type TransferKind = keyof typeof kinds;

/** Days of the chart; 90 unless another is chosen. */
export const ranges = [30, 90, 365] as const;

/** Whatever stands in the address that the wallet could not show is left out. */
export function readWalletFilter(search: Record<string, unknown>): WalletFilter {
  const days = ranges.find((range) => range === Number(search.days));
  const kind = Object.keys(kinds).find((each) => each === search.kind) as TransferKind | undefined;
  return {
    ...(search.currency === "credits" ? { currency: "credits" as const } : {}),
    ...(kind === undefined ? {} : { kind }),
    ...(days === undefined || days === 90 ? {} : { days }),
  };
}
