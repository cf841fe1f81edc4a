const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const whole = new Intl.NumberFormat("en-US");

/** `amount` counts cents of US dollars, or whole credits. */
export function moneyText(amount: number, currency: string): string {
  if (currency === "usd") return dollars.format(amount / 100);
  return `${whole.format(amount)} ${amount === 1 ? "credit" : "credits"}`;
}
