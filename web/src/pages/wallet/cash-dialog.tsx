import { dataOf } from "@guildhall/client";
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { CentsField } from "../../components/cents-field.tsx";
import { CopyableId } from "../../components/copyable.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { Money } from "../../components/money.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import classes from "./wallet-page.module.css";

const words = {
  deposit: {
    path: "/v1/wallet/deposits",
    title: "Bring money in",
    about: "It arrives in your wallet once an administrator has confirmed that it came.",
    send: "Ask for the deposit",
  },
  payout: {
    path: "/v1/wallet/payouts",
    title: "Take money out",
    about: "It leaves your wallet at once, and comes back if the payout is refused.",
    send: "Ask for the payout",
  },
} as const;

interface Asked {
  readonly id: string;
  readonly amount: number;
  readonly instructions: string;
  readonly url: string | null;
}

export interface CashDialogProps {
  readonly kind: keyof typeof words;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Asks for a deposit or a payout, and then says what to do. */
export function CashDialog({ kind, opened, onClose }: CashDialogProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = (): void => {
    onClose();
    setAsked(null);
  };
  return (
    <Dialog opened={opened} onClose={close} title={words[kind].title}>
      {asked === null ? <Ask kind={kind} onAsked={setAsked} /> : <Next asked={asked} onClose={close} />}
    </Dialog>
  );
}

function Ask({ kind, onAsked }: { readonly kind: keyof typeof words; readonly onAsked: (asked: Asked) => void }) {
  const queries = useQueryClient();
  const form = useApiForm<{ amount: number | null; reference: string }>({ amount: null, reference: "" });
  const { path, about, send } = words[kind];
  const ask = (): Promise<void> =>
    form.send(async ({ amount, reference }) => {
      const body = { amount: amount ?? 0, reference: reference === "" ? null : reference };
      const { request, instructions, url } = await dataOf(api.POST(path, { body }));
      onAsked({ id: request.id, amount: request.amount, instructions, url });
      await queries.invalidateQueries({ queryKey: ["wallet"] });
    });
  return (
    <Form onSubmit={ask}>
      <Stack gap="md">
        <p>{about}</p>
        <CentsField
          label="Amount in US dollars"
          required
          cents={form.values.amount}
          error={form.errorOf("amount")}
          onChange={(cents) => form.set("amount", cents)}
        />
        <TextInput
          label="Reference (optional)"
          description="For whoever confirms it: an invoice, an account"
          value={form.values.reference}
          error={form.errorOf("reference")}
          onChange={(event) => form.set("reference", event.currentTarget.value)}
        />
        <FormProblem problem={form.problem} />
        <Button type="submit" loading={form.isSending}>
          {send}
        </Button>
      </Stack>
    </Form>
  );
}

function Next({ asked, onClose }: { readonly asked: Asked; readonly onClose: () => void }) {
  const isSafe = asked.url !== null && /^https?:\/\//.test(asked.url);
  return (
    <div className={classes.instructions}>
      <p>
        <Money amount={asked.amount} currency="usd" strong /> asked for. <CopyableId id={asked.id} of="request" />
      </p>
      <p dir="auto">{asked.instructions}</p>
      <Group justify="flex-end">
        {isSafe ? (
          <Button component="a" href={asked.url ?? ""} rel="noopener noreferrer" target="_blank">
            Go on to pay
          </Button>
        ) : null}
        <Button variant="default" onClick={onClose}>
          Done
        </Button>
      </Group>
    </div>
  );
}
