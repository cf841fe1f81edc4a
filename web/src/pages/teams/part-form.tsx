import { Button, MultiSelect, NumberInput, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CentsField } from "../../components/cents-field.tsx";
import type { Part } from "./plan-draft.ts";
import { subtaskQuery } from "./queries.ts";

export interface PartFormProps {
  readonly projectId: string | null;
  readonly part: Part;
  readonly others: readonly Part[];
  readonly onChange: (part: Part) => void;
  readonly onRewire: (dependsOn: readonly string[]) => void;
  readonly onDrop: () => void;
}

const defaultMinutes = 1_440;

/** One subtask of a plan. What somebody has begun is only shown. */
export function PartForm({ projectId, part, others, onChange, onRewire, onDrop }: PartFormProps) {
  const isThere = projectId !== null && !part.isNew;
  const { data } = useQuery({ ...subtaskQuery(projectId ?? "", part.key), enabled: isThere });
  const before = data?.subtask;
  const isFixed = part.isBegun || (isThere && before === undefined);
  return (
    <Stack gap="md" component="section" aria-label={`Subtask ${part.title}`}>
      <TextInput
        label="Title"
        required
        maxLength={200}
        disabled={isFixed}
        value={part.title}
        onChange={(event) => onChange({ ...part, title: event.currentTarget.value })}
      />
      <Textarea
        label="What is to be done"
        autosize
        minRows={4}
        maxRows={14}
        disabled={isFixed}
        value={part.description ?? before?.description ?? ""}
        onChange={(event) => onChange({ ...part, description: event.currentTarget.value })}
      />
      <CentsField
        label="Budget"
        cents={part.budget}
        onChange={(budget) => {
          if (!isFixed) onChange({ ...part, budget: budget ?? 0 });
        }}
      />
      <MultiSelect
        label="Waits for"
        placeholder={part.dependsOn.length === 0 ? "Nothing: it can begin at once" : ""}
        searchable
        disabled={isFixed}
        data={others.map(({ key, title }) => ({ value: key, label: title }))}
        value={[...part.dependsOn]}
        onChange={onRewire}
      />
      <TagsInput
        label="Capabilities it needs"
        disabled={isFixed}
        value={[...(part.capabilities ?? before?.required_capabilities ?? [])]}
        onChange={(capabilities) => onChange({ ...part, capabilities })}
      />
      <NumberInput
        label="Time to do it, in minutes"
        min={1}
        max={43_200}
        allowDecimal={false}
        hideControls
        disabled={isFixed}
        value={part.minutes ?? before?.time_limit_minutes ?? defaultMinutes}
        onChange={(minutes) => onChange({ ...part, minutes: Number(minutes) || null })}
      />
      {part.isBegun ? (
        <p>Somebody has begun it or done it, so it stays as it is. Others may still wait for it.</p>
      ) : (
        <Button variant="light" color="brick" onClick={onDrop}>
          Drop this subtask
        </Button>
      )}
    </Stack>
  );
}
