import type { KeyboardEvent } from "react";
import { costText, exactTokensText, spanText, tokensText } from "./figures.ts";
import { type Bar, layOut } from "./lay-out.ts";
import type { Run, RunStep } from "./use-run.ts";
import classes from "./waterfall.module.css";

export interface WaterfallProps {
  readonly run: Run;
  readonly steps: readonly RunStep[];
  readonly chosen: number | undefined;
  readonly nowMs: number;
  readonly onChoose: (step: number) => void;
}

/** Every step as a bar in time; arrow keys (and j, k) go from one to the next. What lies between two is waiting. */
export function Waterfall({ run, steps, chosen, nowMs, onChoose }: WaterfallProps) {
  const { bars, totalMs } = layOut(run, steps, nowMs);
  const step = (event: KeyboardEvent<HTMLOListElement>): void => {
    const by = ["ArrowDown", "j"].includes(event.key) ? 1 : ["ArrowUp", "k"].includes(event.key) ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
    const here = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, here + by))]?.focus();
  };
  return (
    <div>
      <div className={classes.scale} aria-hidden="true">
        <span />
        <span className={classes.ticks}>
          <span>0</span>
          <span>{spanText(totalMs / 2)}</span>
          <span>{spanText(totalMs)}</span>
        </span>
        <span />
      </div>
      <ol className={classes.steps} aria-label="Steps" onKeyDown={step}>
        {bars.map((bar) =>
          bar.step === null ? (
            <WaitLine key={`wait-${bar.fromMs}`} bar={bar} totalMs={totalMs} />
          ) : (
            <StepLine
              key={bar.step.number}
              bar={bar}
              step={bar.step}
              totalMs={totalMs}
              isOpen={bar.step.number === chosen}
              isLater={chosen !== undefined && bar.step.number > chosen}
              onChoose={onChoose}
            />
          ),
        )}
      </ol>
    </div>
  );
}

interface StepLineProps {
  readonly bar: Bar;
  readonly step: RunStep;
  readonly totalMs: number;
  readonly isOpen: boolean;
  readonly isLater: boolean;
  readonly onChoose: (step: number) => void;
}

function StepLine({ bar, step, totalMs, isOpen, isLater, onChoose }: StepLineProps) {
  const hasTokens = step.input_tokens + step.output_tokens > 0;
  return (
    <li data-later={isLater || undefined}>
      <button type="button" className={classes.line} aria-pressed={isOpen} onClick={() => onChoose(step.number)}>
        <span className={classes.name}>
          <span className={classes.number}>{step.number}</span>
          <span className={classes.words}>{nameOf(step)}</span>
        </span>
        <span className={classes.track}>
          <Stretch bar={bar} totalMs={totalMs} kind={step.error === null ? step.kind : "failed"} />
        </span>
        <span className={classes.figures} title={hasTokens ? exactTokensText(step) : undefined}>
          {spanText(bar.untilMs - bar.fromMs)}
          {hasTokens ? ` · ${tokensText(step)} · ${costText(step.cost_micros)}` : ""}
          {step.error === null ? "" : " · failed"}
        </span>
      </button>
    </li>
  );
}

function WaitLine({ bar, totalMs }: { readonly bar: Bar; readonly totalMs: number }) {
  return (
    <li className={classes.line}>
      <span className={classes.name}>
        <span className={classes.number} />
        <span className={classes.waiting}>{bar.isNow ? "at work" : "waiting"}</span>
      </span>
      <span className={classes.track}>
        <Stretch bar={bar} totalMs={totalMs} kind={bar.isNow ? "now" : "wait"} />
      </span>
      <span className={classes.figures}>{spanText(bar.untilMs - bar.fromMs)}</span>
    </li>
  );
}

function Stretch({ bar, totalMs, kind }: { readonly bar: Bar; readonly totalMs: number; readonly kind: string }) {
  const share = (ms: number): string => `${(100 * ms) / totalMs}%`;
  return (
    <span
      className={classes.bar}
      data-kind={kind}
      style={{ insetInlineStart: share(bar.fromMs), width: share(bar.untilMs - bar.fromMs) }}
    />
  );
}

const kinds: Readonly<Record<string, string>> = {
  model: "asks the model",
  call: "calls the agent",
  progress: "says",
  question: "asks the poster",
  delivery: "hands in",
};

/** What a step does, in a word or two: a tool by its name. */
function nameOf({ kind, name }: RunStep): string {
  return kind === "tool" ? name : (kinds[kind] ?? name);
}
