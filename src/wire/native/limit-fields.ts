import { type Static, Type } from "@fastify/type-provider-typebox";
import { maxAmount } from "../../model/money.ts";
import type { SpendingLimits } from "../../model/spending.ts";
import { nullable } from "./schemas.ts";

const DailyLimit = nullable(
  Type.Integer({ minimum: 0, maximum: maxAmount, description: "null: whatever the wallet holds" }),
);

/** What a limit looks like in a request. */
export const LimitFields = Type.Object({ daily_cents: DailyLimit, daily_credits: DailyLimit });

export function readLimits(fields: Static<typeof LimitFields>): SpendingLimits {
  return { dailyCents: fields.daily_cents, dailyCredits: fields.daily_credits };
}
