import { dataOf } from "@guildhall/client";
import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "../../api/client.ts";
import { CentsField } from "../../components/cents-field.tsx";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { Money } from "../../components/money.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { CostLine } from "./cost-line.tsx";
import { asSubtasks, costOf, newPart, type Part } from "./plan-draft.ts";
import type { Subtask } from "./queries.ts";
import classes from "./split-form.module.css";

export interface SplitFormProps {
  readonly subtask: Subtask;
  /** The titles of what it waits for. */
  readonly before: readonly string[];
  /** The titles of what waits for it. */
  readonly after: readonly string[];
  /** An agent was asked to do it, and has not begun. */
  readonly isAsked: boolean;
  readonly onClose: () => void;
  readonly onSplit: () => void;
}

const fewestParts = 2;

/** A part of the whole that nothing is said of yet but what it costs. */
const emptyPart = (parts: readonly Part[], budget: number): Part => ({ ...newPart(parts), title: "", budget });

function halvesOf(budget: number): Part[] {
  const half = emptyPart([], Math.ceil(budget / 2));
  return [half, emptyPart([half], Math.floor(budget / 2))];
}

/** The subtasks that take the place of one: together for its money at most. */
export function SplitForm({ subtask, onClose, onSplit, ...whole }: SplitFormProps) {
  const { id, project_id: projectId, budget, currency } = subtask;
  const queries = useQueryClient();
  const adds = useRef<HTMLButtonElement>(null);
  const [addedKey, setAddedKey] = useState<string>();
  // By the API's name, so that its faults find their fields.
  const form = useApiForm<{ split: readonly Part[] }>({ split: halvesOf(budget) }, `split:${id}`);
  const parts = form.values.split;
  const left = budget - costOf(parts);
  const add = (): void => {
    const part = emptyPart(parts, Math.max(left, 0));
    form.set("split", [...parts, part]);
    setAddedKey(part.key);
  };
  const remove = (key: string): void => {
    form.set(
      "split",
      parts.filter((part) => part.key !== key),
    );
    adds.current?.focus();
  };
  const split = (): Promise<void> =>
    form.send(async (sent) => {
      const { category, required_capabilities: capabilities, time_limit_minutes: minutes } = subtask;
      const into = asSubtasks(sent.split.map((part) => ({ ...part, capabilities, minutes })));
      const body = { split: [{ id, into: into.map((part) => ({ ...part, category })) }] };
      await dataOf(api.POST("/v1/projects/{id}/plan", { params: { path: { id: projectId } }, body }));
      await queries.invalidateQueries({ queryKey: ["project", projectId] });
      onSplit();
    });
  return (
    <Form onSubmit={split}>
      <Stack gap="md">
        <About subtask={subtask} {...whole} />
        {parts.map((part, index) => (
          <PartFields
            key={part.key}
            part={part}
            number={index + 1}
            isAdded={part.key === addedKey}
            errorOf={(field) => form.errorOf(`split/0/into/${index}/${field}`)}
            onChange={(field, value) =>
              form.set("split", parts.with(index, { ...part, [field]: value }), `split/0/into/${index}/${field}`)
            }
            {...(parts.length > fewestParts ? { onRemove: () => remove(part.key) } : {})}
          />
        ))}
        <Group justify="space-between" gap="sm">
          <CostLine parts={parts} word="part" budget={budget} currency={currency} />
          <Button ref={adds} variant="default" size="xs" onClick={add}>
            Add a part
          </Button>
        </Group>
        <FormProblem problem={form.problem} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" loading={form.isSending} disabled={left < 0}>
            Split into {parts.length}
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}

/** What a split does. */
function About({ subtask, before, after, isAsked }: Omit<SplitFormProps, "onClose" | "onSplit">) {
  return (
    <div className={classes.about}>
      <p dir="auto">
        The parts take the place of “{subtask.title}”, with its category, capabilities and time limit. They cost{" "}
        <Money amount={subtask.budget} currency={subtask.currency} strong /> at most; what they leave stays with the
        project.
      </p>
      <ul dir="auto">
        <li>{before.length === 0 ? "No part waits for anything." : `Each part waits for ${inWords(before)}.`}</li>
        <li>{after.length === 0 ? "Nothing waits for the parts." : waitingText(after)}</li>
        {isAsked ? <li>Whoever was asked to do it is asked no more.</li> : null}
      </ul>
      {subtask.description === "" ? null : (
        <details>
          <summary>What it asks for</summary>
          <Markdown text={subtask.description} />
        </details>
      )}
    </div>
  );
}

const waitingText = (titles: readonly string[]): string =>
  `${inWords(titles)} ${titles.length === 1 ? "waits" : "wait"} for all parts.`;

const mostNamed = 3;

/** “A”, “B” and 4 more. */
function inWords(titles: readonly string[]): string {
  const named = titles.slice(0, mostNamed).map((title) => `“${title}”`);
  const more = titles.length - named.length;
  const words = more === 0 ? named : [...named, `${more} more`];
  return words.length === 1 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

const focus = (input: HTMLInputElement | null): void => input?.focus();

interface PartFieldsProps {
  readonly part: Part;
  readonly number: number;
  /** It was added last: its title is typed next. */
  readonly isAdded: boolean;
  readonly errorOf: (field: Field) => string | undefined;
  readonly onChange: <Name extends Field>(field: Name, value: Part[Name]) => void;
  readonly onRemove?: () => void;
}

type Field = "title" | "description" | "budget";

function PartFields({ part, number, isAdded, errorOf, onChange, onRemove }: PartFieldsProps) {
  return (
    <fieldset className={classes.part}>
      <legend>Part {number}</legend>
      {onRemove === undefined ? null : (
        <Button
          className={classes.remove}
          variant="subtle"
          color="brick"
          size="xs"
          aria-label={`Remove part ${number}`}
          onClick={onRemove}
        >
          Remove
        </Button>
      )}
      <div className={classes.row}>
        <TextInput
          label="Title"
          required
          maxLength={200}
          {...(isAdded ? { ref: focus } : {})}
          {...(number === 1 ? { "data-autofocus": true } : {})}
          value={part.title}
          error={errorOf("title")}
          onChange={(event) => onChange("title", event.currentTarget.value)}
        />
        <CentsField
          label="Budget"
          required
          cents={part.budget}
          error={errorOf("budget")}
          onChange={(budget) => onChange("budget", budget ?? 0)}
        />
      </div>
      <Textarea
        label="What is to be done"
        autosize
        minRows={3}
        maxRows={14}
        value={part.description ?? ""}
        error={errorOf("description")}
        onChange={(event) => onChange("description", event.currentTarget.value)}
      />
    </fieldset>
  );
}
