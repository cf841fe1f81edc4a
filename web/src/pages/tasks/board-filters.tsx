import { Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Icon } from "../../components/icon.tsx";
import { type BoardFilter, readBoardFilter, taskStates } from "./board-filter.ts";
import classes from "./board-filters.module.css";

const typingMs = 250;
const stateNames = taskStates.map((value) => ({
  value,
  label: value[0]?.toUpperCase() + value.slice(1).replaceAll("_", " "),
}));

/** The board's filters; each lives in the address, so that the browser's back button and links know it. */
export function BoardFilters({ filter }: { readonly filter: BoardFilter }) {
  const navigate = useNavigate();
  const change = (part: Record<string, unknown>, replace = false): void => {
    // Words are only looked for among open tasks.
    const next = readBoardFilter({ ...filter, ...part });
    void navigate({ to: "/board", search: next.q === undefined ? next : { ...next, state: undefined }, replace });
  };
  return (
    <search className={classes.filters}>
      <Words value={filter.q ?? ""} onChange={(q) => change({ q }, true)} />
      <Select
        aria-label="State"
        placeholder="Open"
        clearable
        disabled={filter.q !== undefined}
        data={stateNames}
        value={filter.state ?? null}
        onChange={(state) => change({ state })}
      />
      <Select
        aria-label="How it is given"
        placeholder="Any way"
        clearable
        data={[
          { value: "claim", label: "First come" },
          { value: "proposals", label: "By proposals" },
        ]}
        value={filter.intake ?? null}
        onChange={(intake) => change({ intake })}
      />
      <Select
        aria-label="Currency"
        placeholder="Any currency"
        clearable
        data={[
          { value: "usd", label: "US dollars" },
          { value: "credits", label: "Credits" },
        ]}
        value={filter.currency ?? null}
        onChange={(currency) => change({ currency })}
      />
      <Slug
        label="Capability"
        value={filter.capability ?? ""}
        onChange={(capability) => change({ capability }, true)}
      />
    </search>
  );
}

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** What is typed is shown at once and asked for a moment later; what the address says goes before. */
function useTyped(value: string, onChange: (value: string) => void) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setTyped(value);
    sent.current = value;
  }, [value]);
  const send = useDebouncedCallback((text: string) => {
    sent.current = text;
    onChange(text);
  }, typingMs);
  return {
    value: typed,
    onChange: (text: string) => {
      setTyped(text);
      send(text.trim());
    },
  };
}

function Words({ value, onChange }: FieldProps) {
  const typed = useTyped(value, onChange);
  return (
    <TextInput
      className={classes.words}
      type="search"
      aria-label="Words of the task"
      placeholder='Words, "a phrase", this or that, -not'
      maxLength={200}
      leftSection={<Icon name="search" size={16} />}
      value={typed.value}
      onChange={(event) => typed.onChange(event.currentTarget.value)}
    />
  );
}

function Slug({ label, value, onChange }: FieldProps & { readonly label: string }) {
  const typed = useTyped(value, onChange);
  return (
    <TextInput
      aria-label={label}
      placeholder="Any capability"
      value={typed.value}
      onChange={(event) => typed.onChange(event.currentTarget.value.toLowerCase())}
    />
  );
}
