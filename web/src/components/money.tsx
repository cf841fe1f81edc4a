import classes from "./money.module.css";
import { moneyText } from "./money-text.ts";

export interface MoneyProps {
  /** Cents of US dollars, or whole credits. */
  readonly amount: number;
  readonly currency: string;
  /** Which way it goes, seen from whoever looks; absent: it stands still. */
  readonly direction?: "in" | "out";
  readonly strong?: boolean;
}

/** An amount, always with its currency. */
export function Money({ amount, currency, direction, strong }: MoneyProps) {
  const sign = direction === undefined ? "" : direction === "in" ? "+" : "−";
  return (
    <span className={classes.money} data-direction={direction} data-strong={strong || undefined}>
      {sign}
      {moneyText(amount, currency)}
    </span>
  );
}
