import { useEffect, useRef } from "react";
import { Section } from "../../components/section.tsx";
import classes from "./live-log.module.css";
import { isRecord, readableText } from "./readable.ts";
import { hasEnded, type Run, type RunStep } from "./use-run.ts";

export interface LiveLogProps {
  readonly run: Run;
  readonly steps: readonly RunStep[];
  /** The newest line stays in sight. */
  readonly isLive: boolean;
}

const lineCharacters = 400;
const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** The run as lines of a log, the newest last. */
export function LiveLog({ run, steps, isLive }: LiveLogProps) {
  const box = useRef<HTMLDivElement>(null);
  const count = steps.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new step moves it
  useEffect(() => {
    if (isLive && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [isLive, count]);
  return (
    <Section title="Log">
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div
        className={classes.log}
        role="log"
        aria-label="Log"
        aria-live={isLive ? "polite" : "off"}
        tabIndex={0}
        ref={box}
      >
        {steps.map((step) => (
          <p key={step.number} data-failed={step.error !== null || undefined}>
            <time dateTime={step.finished_at}>{time.format(new Date(step.finished_at))}</time>
            <strong>{step.kind === "tool" ? step.name : step.kind}</strong>
            <span dir="auto">{lineOf(step)}</span>
          </p>
        ))}
        <p className={classes.end}>
          {hasEnded(run) ? `The run ${endings[run.state] ?? "has ended"}.` : nowWords[run.state]}
        </p>
      </div>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: see above */}
    </Section>
  );
}

const endings: Readonly<Record<string, string>> = {
  succeeded: "has succeeded",
  failed: "has failed",
  cancelled: "was cancelled",
};

const nowWords: Readonly<Record<string, string>> = {
  queued: "It waits for a server to take it.",
  running: "…",
  waiting: "It waits for the poster, at no cost.",
};

function lineOf({ kind, input, output, error }: RunStep): string {
  if (error !== null) return cut(error);
  if (kind === "tool" && isRecord(input)) {
    const what = input.path ?? input.command;
    if (typeof what === "string") return cut(what);
  }
  const said = kind === "progress" || kind === "delivery" || kind === "question" ? (input ?? output) : output;
  return said === null ? "" : cut(readableText(said));
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > lineCharacters ? `${line.slice(0, lineCharacters)}…` : line;
}
