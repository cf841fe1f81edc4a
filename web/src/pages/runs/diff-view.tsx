import { VisuallyHidden } from "@mantine/core";
import { useMemo } from "react";
import classes from "./diff-view.module.css";
import type { FileChange } from "./file-changes.ts";
import { lineDiff } from "./line-diff.ts";

const signs = { same: " ", added: "+", removed: "−" } as const;
const spoken = { same: "", added: "added: ", removed: "removed: " } as const;

/** A file before and after, line by line. */
export function DiffView({ change: { path, before, after } }: { readonly change: FileChange }) {
  const lines = useMemo(() => lineDiff(before, after), [before, after]);
  return (
    <figure className={classes.diff}>
      <figcaption>
        <code>{path}</code>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        {lines.map(({ kind, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: another text is another list
          <span key={index} data-kind={kind}>
            <VisuallyHidden>{spoken[kind]}</VisuallyHidden>
            <i aria-hidden="true">{signs[kind]}</i> {text}
            {"\n"}
          </span>
        ))}
      </pre>
    </figure>
  );
}
