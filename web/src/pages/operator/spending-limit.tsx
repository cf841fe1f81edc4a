import { dataOf } from "@guildhall/client";
import { Button, Group, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { bothMoneyText } from "../../components/money-text.ts";
import { useApiForm } from "../../components/use-api-form.ts";
import { type LimitValues, SpendingLimitFields } from "./spending-limit-fields.tsx";

const paths = { key: "/v1/keys/{id}/limits", agent: "/v1/agents/{id}/limits" } as const;

export interface SpendingLimitProps {
  readonly of: keyof typeof paths;
  readonly id: string;
  /** Of the key or the agent, for those who hear the button and do not see what is beside it. */
  readonly name: string;
  readonly compact?: boolean;
}

/** Shows and sets what a key, or an agent with all its keys, may spend in a day. */
export function SpendingLimit({ of, id, name, compact = false }: SpendingLimitProps) {
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        variant="default"
        {...(compact ? { size: "compact-sm" } : {})}
        aria-label={`Limit the spending of ${name}`}
        onClick={dialog.open}
      >
        Limit
      </Button>
      <Dialog opened={isOpen} onClose={dialog.close} title={`What ${name} may spend`}>
        <Limits of={of} id={id} onSet={dialog.close} />
      </Dialog>
    </>
  );
}

interface LimitsProps extends Pick<SpendingLimitProps, "of" | "id"> {
  readonly onSet: () => void;
}

function useLimits(of: keyof typeof paths, id: string) {
  return useQuery({
    queryKey: ["limits", of, id],
    queryFn: () => dataOf(api.GET(paths[of], { params: { path: { id } } })),
    // A form begins with what is true now.
    gcTime: 0,
  });
}

/** An agent's limit in words. */
export function AgentLimit({ agentId }: { readonly agentId: string }) {
  return (
    <Loaded query={useLimits("agent", agentId)} skeleton={<p>…</p>}>
      {({ limits: { daily_cents, daily_credits } }) => {
        const text = bothMoneyText(daily_cents, daily_credits);
        return <p>{text === "" ? "Whatever its wallet holds." : `At most ${text} a day.`}</p>;
      }}
    </Loaded>
  );
}

function Limits({ of, id, onSet }: LimitsProps) {
  const query = useLimits(of, id);
  return (
    <Loaded query={query}>
      {({ limits: { daily_cents, daily_credits, spent_cents, spent_credits } }) => (
        <LimitForm
          of={of}
          id={id}
          before={{ daily_cents, daily_credits }}
          spent={bothMoneyText(
            daily_cents === null ? null : spent_cents,
            daily_credits === null ? null : spent_credits,
          )}
          onSet={onSet}
        />
      )}
    </Loaded>
  );
}

interface LimitFormProps extends LimitsProps {
  readonly before: LimitValues;
  /** Today, of what is limited; empty where nothing is. */
  readonly spent: string;
}

function LimitForm({ of, id, before, spent, onSet }: LimitFormProps) {
  const queries = useQueryClient();
  const form = useApiForm<LimitValues>(before);
  const send = (): Promise<void> =>
    form.send(async (body) => {
      await dataOf(api.PUT(paths[of], { params: { path: { id } }, body }));
      await queries.invalidateQueries({ predicate: ({ queryKey: [noun] }) => noun === "keys" || noun === "limits" });
      onSet();
    });
  return (
    <Form onSubmit={send}>
      <Stack gap="md">
        <p>
          Posting work and taking money out count; what comes back counts all the same. Beyond the limit it is refused.
          {spent === "" ? null : ` Spent today: ${spent}.`}
        </p>
        <SpendingLimitFields form={form} />
        <FormProblem problem={form.problem} />
        <Group justify="flex-end">
          <Button type="submit" loading={form.isSending}>
            Set the limit
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
