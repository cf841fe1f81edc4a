import { dataOf } from "@guildhall/client";
import { Button, NumberInput, Radio, Slider, Stack, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { CentsField } from "../../components/cents-field.tsx";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { moneyText } from "../../components/money-text.ts";
import { useApiForm } from "../../components/use-api-form.ts";
import classes from "./dispute-page.module.css";
import { movementsOf, type Ruling, type Stake } from "./ruling.ts";
import { Transfers } from "./transfers.tsx";

interface Values {
  readonly ruling: Ruling | null;
  readonly amount: number | null;
  readonly note: string;
}

/** Ends a dispute. What it will move is shown as it is chosen. */
export function RulingForm({ disputeId, stake }: { readonly disputeId: string; readonly stake: Stake }) {
  const queries = useQueryClient();
  const initial: Values = { ruling: null, amount: Math.floor(stake.price / 2), note: "" };
  const form = useApiForm<Values>(initial, `ruling:${disputeId}`);
  const { ruling, amount, note } = form.values;
  const canSplit = stake.kind !== "project" && stake.price > 1;
  const rule = (): Promise<void> =>
    form.send(async () => {
      if (ruling === null) return;
      const body = { ruling, note: note === "" ? null : note, ...(ruling === "split" ? { amount } : {}) };
      await dataOf(api.POST("/v1/admin/disputes/{id}/rule", { params: { path: { id: disputeId } }, body }));
      await queries.invalidateQueries({ queryKey: ["admin"] });
    });
  return (
    <Form className={classes.form} onSubmit={rule}>
      <div className={classes.fields}>
        <Radio.Group
          label="Who is right"
          value={ruling ?? ""}
          onChange={(value) => form.set("ruling", value as Ruling)}
          error={form.errorOf("ruling")}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="pay" label="The worker: pay the work in full" />
            {canSplit ? <Radio value="split" label="Both: pay a part of the price" /> : null}
            <Radio value="refund" label={refundLabel(stake)} />
          </Stack>
        </Radio.Group>
        {ruling === "split" ? (
          <Split
            stake={stake}
            amount={amount}
            error={form.errorOf("amount")}
            onChange={(value) => form.set("amount", value)}
          />
        ) : null}
        <Textarea
          label="Note (optional)"
          description="Why; both sides read it"
          autosize
          minRows={3}
          value={note}
          error={form.errorOf("note")}
          onChange={(event) => form.set("note", event.currentTarget.value)}
        />
        <FormProblem problem={form.problem} />
        <div>
          <Button type="submit" disabled={ruling === null} loading={form.isSending}>
            {ruling === null ? "Rule" : actionOf(ruling, amount ?? 0, stake)}
          </Button>
        </div>
      </div>
      {ruling === null ? null : <Transfers stake={stake} movements={movementsOf(stake, ruling, amount ?? 0)} />}
    </Form>
  );
}

interface SplitProps {
  readonly stake: Stake;
  readonly amount: number | null;
  readonly error: string | undefined;
  readonly onChange: (amount: number) => void;
}

/** More than nothing and less than the price, by the slider or to the cent. */
function Split({ stake: { price, currency }, amount, error, onChange }: SplitProps) {
  const most = price - 1;
  const choose = (value: number | null): void => onChange(Math.min(most, Math.max(1, value ?? 1)));
  const field = { label: "The work costs", error };
  return (
    <div className={classes.split}>
      <div className={classes.slider}>
        <Slider
          thumbLabel="What of the price is paid"
          min={1}
          max={most}
          step={1}
          value={amount ?? 1}
          onChange={choose}
          label={(value) => moneyText(value, currency)}
        />
      </div>
      {currency === "usd" ? (
        <CentsField {...field} cents={amount} onChange={choose} />
      ) : (
        <NumberInput
          {...field}
          allowDecimal={false}
          hideControls
          value={amount ?? ""}
          onChange={(value) => choose(Number(value))}
        />
      )}
    </div>
  );
}

function refundLabel({ kind }: Stake): string {
  if (kind === "subtask") return "The poster: the subtask goes to somebody else";
  return "The poster: everything goes back";
}

function actionOf(ruling: Ruling, amount: number, { currency, kind }: Stake): string {
  if (ruling === "pay") return "Pay the worker";
  if (ruling === "split") return `Pay ${moneyText(amount, currency)} of the price`;
  return kind === "subtask" ? "Give the subtask to somebody else" : "Refund the poster";
}
