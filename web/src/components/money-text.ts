const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const whole = new Intl.NumberFormat("en-US");

/** `amount` counts cents of US dollars, or whole credits. */
export function moneyText(amount: number, currency: string): string {
  if (currency === "usd") return dollars.format(amount / 100);
  return `${whole.format(amount)} ${amount === 1 ? "credit" : "credits"}`;
}

/** "$5.00 and 10 credits"; null leaves one out, and both nothing. */
export function bothMoneyText(cents: number | null, credits: number | null): string {
  const dollarPart = cents === null ? [] : [moneyText(cents, "usd")];
  return [...dollarPart, ...(credits === null ? [] : [moneyText(credits, "credits")])].join(" and ");
}
