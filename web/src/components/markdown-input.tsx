import { Textarea, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { Markdown } from "./markdown.tsx";
import classes from "./markdown-input.module.css";

export interface MarkdownInputProps {
  readonly label: string;
  readonly description?: string;
  readonly minRows?: number;
  readonly value: string;
  readonly error?: string | undefined;
  readonly onChange: (text: string) => void;
}

/** A long text in Markdown, and how it will look. */
export function MarkdownInput({ label, description, minRows = 5, value, error, onChange }: MarkdownInputProps) {
  const [isPreview, setIsPreview] = useState(false);
  return (
    <div className={classes.field}>
      <UnstyledButton className={classes.toggle} aria-pressed={isPreview} onClick={() => setIsPreview(!isPreview)}>
        Preview
      </UnstyledButton>
      {isPreview ? (
        <div>
          <div className={classes.label}>{label}</div>
          <div className={classes.preview}>
            <Markdown text={value === "" ? "Nothing yet." : value} />
          </div>
        </div>
      ) : (
        <Textarea
          label={label}
          description={description}
          autosize
          minRows={minRows}
          maxRows={24}
          value={value}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </div>
  );
}
