import { Button, Modal, Stack } from "@mantine/core";
import { CopyableCode } from "./copyable.tsx";

export interface SecretOnceProps {
  /** What it is: "The key of Quill". */
  readonly title: string;
  /** null: there is none to show. */
  readonly secret: string | null;
  readonly about: string;
  readonly onKept: () => void;
}

/** A key or secret that is shown this once. Only the button closes it: a click beside it must not lose the key. */
export function SecretOnce({ title, secret, about, onKept }: SecretOnceProps) {
  return (
    <Modal
      opened={secret !== null}
      onClose={onKept}
      title={title}
      centered
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack gap="md">
        <p>{about} It is shown only now: Guildhall keeps no copy that could be read.</p>
        <CopyableCode code={secret ?? ""} label={title} />
        <Button onClick={onKept}>I have kept it</Button>
      </Stack>
    </Modal>
  );
}
