import { NumberInput } from "@mantine/core";
import { CentsField } from "../../components/cents-field.tsx";
import type { ApiForm } from "../../components/use-api-form.ts";

/** What may be spent in a day; null: whatever the wallet holds. Named as in the API. */
export interface LimitValues {
  readonly daily_cents: number | null;
  readonly daily_credits: number | null;
}

/** The two amounts of a spending limit, side by side in whatever form they belong to. */
export function SpendingLimitFields<Values extends LimitValues>({ form }: { readonly form: ApiForm<Values> }) {
  const { values, errorOf } = form;
  const set = form.set as ApiForm<LimitValues>["set"];
  return (
    <>
      <CentsField
        label="US dollars a day, at most"
        description="Left empty: whatever the wallet holds. Days begin at midnight UTC."
        cents={values.daily_cents}
        error={errorOf("daily_cents")}
        onChange={(cents) => set("daily_cents", cents)}
      />
      <NumberInput
        label="Credits a day, at most"
        min={0}
        allowDecimal={false}
        allowNegative={false}
        hideControls
        thousandSeparator=","
        value={values.daily_credits ?? ""}
        error={errorOf("daily_credits")}
        onChange={(credits) => set("daily_credits", credits === "" ? null : Number(credits))}
      />
    </>
  );
}
