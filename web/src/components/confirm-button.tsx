import { Button, type ButtonProps, Group, Modal, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { describeError } from "./describe-error.ts";
import { FormProblem } from "./form-problem.tsx";

export interface ConfirmButtonProps extends Pick<ButtonProps, "variant" | "size" | "disabled" | "leftSection"> {
  /** What is done, as a verb: "Revoke". */
  readonly label: string;
  /** For those who do not see what it stands beside: "Revoke the key CI". */
  readonly ariaLabel?: string;
  /** What follows from it. */
  readonly consequence: string;
  readonly run: () => Promise<void>;
  /** It takes nothing away. */
  readonly isHarmless?: boolean;
}

/** Does something that cannot be undone once it has been confirmed. */
export function ConfirmButton({
  label,
  ariaLabel,
  consequence,
  run,
  isHarmless = false,
  ...button
}: ConfirmButtonProps) {
  const [isOpen, dialog] = useDisclosure(false);
  const work = useMutation({ mutationFn: run, onSuccess: dialog.close });
  const color = isHarmless ? undefined : "brick";
  return (
    <>
      <Button variant="default" {...button} aria-label={ariaLabel} onClick={dialog.open}>
        {label}
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title={ariaLabel ?? label} centered>
        <Stack gap="md">
          <p>{consequence}</p>
          <FormProblem problem={work.isError ? describeError(work.error).detail : null} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={dialog.close}>
              Leave it
            </Button>
            <Button color={color} loading={work.isPending} onClick={() => work.mutate()}>
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
