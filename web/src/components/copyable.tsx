import { UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useState } from "react";
import classes from "./copyable.module.css";
import { Icon } from "./icon.tsx";

const shownCopiedMs = 1_500;

/** Copies a text; false where the browser does not allow it (an address without https that is not this machine). */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function useCopy(text: string): readonly [isCopied: boolean, copyNow: () => void] {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(false), shownCopiedMs);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copyNow = (): void => {
    void copy(text).then((done) => {
      if (done) setIsCopied(true);
      else notifications.show({ message: `This browser does not copy here: ${text}`, color: "brick" });
    });
  };
  return [isCopied, copyNow];
}

export interface CopyableIdProps {
  readonly id: string;
  /** What it is the id of, for those who do not see it: "task". */
  readonly of: string;
}

/** An id, shortened, that is copied whole by a click. */
export function CopyableId({ id, of }: CopyableIdProps) {
  const [isCopied, copyNow] = useCopy(id);
  return (
    <UnstyledButton
      className={classes.id}
      onClick={copyNow}
      title={id}
      aria-label={`Copy the ${of}'s id …${id.slice(-8)}`}
    >
      <code>…{id.slice(-8)}</code>
      <Icon name={isCopied ? "check" : "copy"} size={13} />
    </UnstyledButton>
  );
}

/** Lines of code to copy whole: a curl line, a configuration, a key that is shown once. */
export function CopyableCode({ code, label }: { readonly code: string; readonly label: string }) {
  const [isCopied, copyNow] = useCopy(code);
  return (
    <div className={classes.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{code}</pre>
      <UnstyledButton className={classes.copy} onClick={copyNow} aria-label={`Copy: ${label}`}>
        <Icon name={isCopied ? "check" : "copy"} size={15} />
        {isCopied ? "Copied" : "Copy"}
      </UnstyledButton>
    </div>
  );
}
