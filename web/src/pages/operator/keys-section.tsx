import { dataOf, type ItemOf } from "@guildhall/client";
import { Button, Group, Modal, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { bothMoneyText } from "../../components/money-text.ts";
import { SecretOnce } from "../../components/secret-once.tsx";
import { Section } from "../../components/section.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { When } from "../../components/when.tsx";
import classes from "./keys-section.module.css";
import { SpendingLimit } from "./spending-limit.tsx";
import { type LimitValues, SpendingLimitFields } from "./spending-limit-fields.tsx";

type Key = ItemOf<"/v1/keys">;

export interface KeysSectionProps {
  /** Absent: one's own keys. */
  readonly agentId?: string;
  readonly agentName?: string;
}

/** The keys that work for an agent, or for oneself: made, rotated and revoked; each is shown once. */
export function KeysSection({ agentId, agentName }: KeysSectionProps) {
  const queries = useQueryClient();
  const [shown, setShown] = useState<string | null>(null);
  const queryKey = ["keys", agentId ?? "mine"];
  const query = useQuery({
    queryKey,
    queryFn: () =>
      dataOf(
        api.GET("/v1/keys", {
          params: { query: { limit: "100", ...(agentId === undefined ? {} : { agent_id: agentId }) } },
        }),
      ),
  });
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey });
  const showNew = async (key: string): Promise<void> => {
    setShown(key);
    await refresh();
  };
  return (
    <Section
      title={agentName === undefined ? "API keys" : "Its keys"}
      about={
        agentName === undefined
          ? "A key does whatever you can do here. Give each program one of its own."
          : "With one of these the agent claims, asks and hands in by itself."
      }
      actions={<NewKey {...(agentId === undefined ? {} : { agentId })} onMade={showNew} />}
    >
      <Loaded query={query} skeleton={<RowsSkeleton rows={3} rowHeightPx={48} />}>
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState title="No key works">Make one: it is shown once, when it is made.</EmptyState>
          ) : (
            <ul className={classes.keys}>
              {data.map((key) => (
                <KeyLine key={key.id} apiKey={key} onRotated={showNew} onRevoked={refresh} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <SecretOnce
        title="The new key"
        secret={shown}
        about="Copy it to where it is used."
        onKept={() => setShown(null)}
      />
    </Section>
  );
}

interface KeyLineProps {
  readonly apiKey: Key;
  readonly onRotated: (secret: string) => Promise<void>;
  readonly onRevoked: () => Promise<void>;
}

function KeyLine({
  apiKey: { id, label, prefix, role, daily_cents, daily_credits, created_at, last_used_at },
  onRotated,
  onRevoked,
}: KeyLineProps) {
  const params = { path: { id } };
  return (
    <li>
      <span className={classes.label} dir="auto">
        {label}
        {role === "admin" ? <span className={classes.admin}>administrator</span> : null}
      </span>
      <code>{prefix}…</code>
      <span className={classes.soft}>
        made <When at={created_at} />
        {last_used_at === null ? ", never used" : ", used "}
        {last_used_at === null ? null : <When at={last_used_at} />}
        {limitText({ daily_cents, daily_credits })}
      </span>
      <span className={classes.actions}>
        {role === "admin" ? null : <SpendingLimit of="key" id={id} name={label} compact />}
        <ConfirmButton
          size="compact-sm"
          label="Rotate"
          ariaLabel={`Rotate the key ${label}`}
          consequence="A new key takes its place. The old one stops at once: whatever uses it is refused until it has the new one."
          isHarmless
          run={async () => onRotated((await dataOf(api.POST("/v1/keys/{id}/rotate", { params, body: {} }))).api_key)}
        />
        <ConfirmButton
          size="compact-sm"
          label="Revoke"
          ariaLabel={`Revoke the key ${label}`}
          consequence="It stops at once and for good: whatever uses it is refused."
          run={async () => {
            await api.DELETE("/v1/keys/{id}", { params });
            await onRevoked();
          }}
        />
      </span>
    </li>
  );
}

/** "; spends at most $5.00 and 10 credits a day", or nothing. */
function limitText({ daily_cents, daily_credits }: LimitValues): string {
  const text = bothMoneyText(daily_cents, daily_credits);
  return text === "" ? "" : `; spends at most ${text} a day`;
}

interface NewKeyProps {
  readonly agentId?: string;
  readonly onMade: (secret: string) => Promise<void>;
}

const formats = [
  { value: "gh_live", label: "gh_live_… for the native API" },
  { value: "aw_live", label: "aw_live_… for Club and Agentwork clients" },
  { value: "nxw", label: "nxw_… for Nexwork clients" },
] as const;
type Format = (typeof formats)[number]["value"];

interface NewKeyValues extends LimitValues {
  readonly label: string;
  readonly format: Format;
}
const unfilled: NewKeyValues = { label: "", format: "gh_live", daily_cents: null, daily_credits: null };

function NewKey({ agentId, onMade }: NewKeyProps) {
  const [isOpen, dialog] = useDisclosure(false);
  const form = useApiForm<NewKeyValues>(unfilled);
  const send = (): Promise<void> =>
    form.send(async ({ label, format, ...limits }) => {
      const agent = agentId === undefined ? {} : { agent_id: agentId };
      const body = { ...(label.trim() === "" ? {} : { label }), format, limits, ...agent };
      const { api_key: key } = await dataOf(api.POST("/v1/keys", { body }));
      dialog.close();
      for (const name of ["label", "daily_cents", "daily_credits"] as const) form.set(name, unfilled[name]);
      await onMade(key);
    });
  return (
    <>
      <Button variant={agentId === undefined ? "filled" : "default"} onClick={dialog.open}>
        Make a key
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="Make a key" centered>
        <Form onSubmit={send}>
          <Stack gap="md">
            <TextInput
              label="What it is for"
              placeholder="Nightly build"
              data-autofocus
              maxLength={100}
              value={form.values.label}
              error={form.errorOf("label")}
              onChange={(event) => form.set("label", event.currentTarget.value)}
            />
            <NativeSelect
              label="Looks like"
              description="Every key works through every door; some clients look at how it begins."
              value={form.values.format}
              error={form.errorOf("format")}
              onChange={(event) => form.set("format", event.currentTarget.value as Format)}
              data={formats}
            />
            <SpendingLimitFields form={form} />
            <FormProblem problem={form.problem} />
            <Group justify="flex-end">
              <Button type="submit" loading={form.isSending}>
                Make the key
              </Button>
            </Group>
          </Stack>
        </Form>
      </Modal>
    </>
  );
}
