import { dataOf, type ItemOf } from "@guildhall/client";
import { Button, Group, Modal, Stack, TagsInput, TextInput } from "@mantine/core";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { useApiForm } from "../../components/use-api-form.ts";

export type Webhook = ItemOf<"/v1/webhooks">;

export interface WebhookFormProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** The one to change; absent: a new one is made. */
  readonly webhook?: Webhook;
  /** `secret`: only of a new one. */
  readonly onDone: (webhook: Webhook, secret: string | null) => Promise<void>;
}

/** Makes a webhook, or changes where one leads and what it tells. */
export function WebhookForm({ isOpen, onClose, webhook, onDone }: WebhookFormProps) {
  const form = useApiForm({
    url: webhook?.url ?? "",
    events: webhook?.events ?? [],
    description: webhook?.description ?? "",
  });
  const send = (): Promise<void> =>
    form.send(async (body) => {
      if (webhook === undefined) {
        const { webhook: made, secret } = await dataOf(api.POST("/v1/webhooks", { body }));
        onClose();
        await onDone(made, secret);
        return;
      }
      const params = { path: { id: webhook.id } };
      const { webhook: changed } = await dataOf(api.PATCH("/v1/webhooks/{id}", { params, body }));
      onClose();
      await onDone(changed, null);
    });
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={webhook === undefined ? "Add a webhook" : "Change the webhook"}
      centered
    >
      <Form onSubmit={send}>
        <Stack gap="md">
          <TextInput
            label="Address"
            placeholder="https://example.com/guildhall"
            type="url"
            data-autofocus
            required
            value={form.values.url}
            error={form.errorOf("url")}
            onChange={(event) => form.set("url", event.currentTarget.value)}
          />
          <TagsInput
            label="Events"
            description="Types such as task.completed, or task.* and review.* for all that begin so. Empty: everything"
            placeholder={form.values.events.length === 0 ? "task.completed" : ""}
            value={form.values.events}
            error={form.errorOf("events")}
            acceptValueOnBlur
            onChange={(events) => form.set("events", events)}
          />
          <TextInput
            label="Note"
            description="Optional, for yourself"
            maxLength={200}
            value={form.values.description}
            error={form.errorOf("description")}
            onChange={(event) => form.set("description", event.currentTarget.value)}
          />
          <FormProblem problem={form.problem} />
          <Group justify="flex-end">
            <Button type="submit" loading={form.isSending}>
              {webhook === undefined ? "Add" : "Save"}
            </Button>
          </Group>
        </Stack>
      </Form>
    </Modal>
  );
}
