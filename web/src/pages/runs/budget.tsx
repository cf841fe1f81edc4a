import classes from "./budget.module.css";
import { costText, exactTokensText, spanText, tokensText } from "./figures.ts";
import type { Run } from "./use-run.ts";

/** What a run has used, and how much of what it may. */
export function Budget({ run, nowMs }: { readonly run: Run; readonly nowMs: number }) {
  const { limits } = run;
  const workMs =
    run.started_at === null
      ? 0
      : (run.ended_at === null ? nowMs : Date.parse(run.ended_at)) - Date.parse(run.started_at);
  return (
    <div className={classes.budget}>
      <Use
        name="Steps"
        used={run.step_count}
        limit={limits.steps}
        shown={String(run.step_count)}
        most={String(limits.steps ?? "")}
      />
      <Use
        name="Tokens"
        used={run.input_tokens + run.output_tokens}
        limit={limits.tokens}
        shown={tokensText(run)}
        most={tokensText({ input_tokens: limits.tokens ?? 0, output_tokens: 0 })}
        title={exactTokensText(run)}
      />
      <Use
        name="Cost"
        used={run.cost_micros}
        limit={limits.cost_cents === undefined ? undefined : limits.cost_cents * 10_000}
        shown={costText(run.cost_micros)}
        most={costText((limits.cost_cents ?? 0) * 10_000)}
      />
      <Use
        name="Since it began"
        used={0}
        limit={undefined}
        shown={run.started_at === null ? "–" : spanText(workMs)}
        most=""
      />
    </div>
  );
}

interface UseProps {
  readonly name: string;
  readonly used: number;
  readonly limit: number | undefined;
  readonly shown: string;
  readonly most: string;
  readonly title?: string;
}

function Use({ name, used, limit, shown, most, title }: UseProps) {
  return (
    <div title={title}>
      <span className={classes.name}>{name}</span>
      <span className={classes.figure}>{shown}</span>
      {limit === undefined ? null : (
        <>
          <meter
            className={classes.meter}
            min={0}
            max={limit}
            high={limit * 0.8}
            value={used}
            aria-label={`${name} used`}
          />
          <span className={classes.name}>of {most}</span>
        </>
      )}
    </div>
  );
}
