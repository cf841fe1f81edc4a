import { CopyableCode } from "../../components/copyable.tsx";
import { Facts } from "../../components/facts.tsx";
import { When } from "../../components/when.tsx";
import { DiffView } from "./diff-view.tsx";
import { costText, exactTokensText, spanText } from "./figures.ts";
import { changeOf } from "./file-changes.ts";
import { readableText } from "./readable.ts";
import classes from "./step-details.module.css";
import type { RunStep } from "./use-run.ts";

/** What went into a step and what came out; a file that it wrote as a difference from what was there before. */
export function StepDetails({ step, earlier }: { readonly step: RunStep; readonly earlier: readonly RunStep[] }) {
  const change = changeOf(step, earlier);
  return (
    <article className={classes.details} aria-label={`Step ${step.number}`}>
      <h3>
        {step.number}. {step.kind === "tool" ? step.name : `${step.kind} (${step.name})`}
      </h3>
      <Facts
        facts={{
          Took: spanText(Date.parse(step.finished_at) - Date.parse(step.started_at)),
          Ended: <When at={step.finished_at} />,
          Tokens: step.input_tokens + step.output_tokens > 0 ? exactTokensText(step) : undefined,
          Cost: step.cost_micros > 0 ? costText(step.cost_micros) : undefined,
        }}
      />
      {step.error === null ? null : (
        <p className={classes.fault} dir="auto">
          {step.error}
        </p>
      )}
      {change === null ? null : <DiffView change={change} />}
      {change === null ? <Part title="In" value={step.input} /> : null}
      <Part title="Out" value={step.output} />
    </article>
  );
}

function Part({ title, value }: { readonly title: string; readonly value: unknown }) {
  return (
    <>
      <h4>{title}</h4>
      {value === null ? (
        <p className={classes.soft}>Nothing, or nothing that you may see.</p>
      ) : (
        <CopyableCode code={readableText(value)} label={title} />
      )}
    </>
  );
}
