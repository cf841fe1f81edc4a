import { Button, Group, Stack, Textarea } from "@mantine/core";
import type { ReactNode } from "react";
import { Dialog } from "./dialog.tsx";
import { Form } from "./form.tsx";
import { FormProblem } from "./form-problem.tsx";
import { useApiForm } from "./use-api-form.ts";

export interface ReasonDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What will happen. */
  readonly children: ReactNode;
  /** What the text is called; absent: none is asked for. */
  readonly label?: string;
  /** The field of the API that the text goes to. */
  readonly field?: "reason" | "note" | "feedback";
  readonly isRequired?: boolean;
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly onConfirm: (text: string) => Promise<unknown>;
}

/** Asks once more before something that cannot be undone, with what it will do, and for the reason where one is wanted. */
export function ReasonDialog({ opened, onClose, title, ...inside }: ReasonDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <Inside onClose={onClose} {...inside} />
    </Dialog>
  );
}

function Inside({
  onClose,
  children,
  label,
  field = "reason",
  isRequired = false,
  action,
  isDangerous = false,
  onConfirm,
}: Omit<ReasonDialogProps, "opened" | "title">) {
  const form = useApiForm<Record<string, string>>({ [field]: "" });
  const confirm = (): Promise<void> =>
    form.send(async (values) => {
      await onConfirm((values[field] ?? "").trim());
      onClose();
    });
  return (
    <Form onSubmit={confirm}>
      <Stack gap="md">
        <div>{children}</div>
        {label === undefined ? null : (
          <Textarea
            label={isRequired ? label : `${label} (optional)`}
            required={isRequired}
            autosize
            minRows={3}
            maxRows={10}
            data-autofocus
            value={form.values[field] ?? ""}
            error={form.errorOf(field)}
            onChange={(event) => form.set(field, event.currentTarget.value)}
          />
        )}
        <FormProblem problem={form.problem} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" loading={form.isSending} {...(isDangerous ? { color: "brick" } : {})}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
