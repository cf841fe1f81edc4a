import { Money } from "../../components/money.tsx";
import { costOf, type Part } from "./plan-draft.ts";
import classes from "./plan-editor.module.css";

export interface CostLineProps {
  readonly parts: readonly Part[];
  /** What one of them is called. */
  readonly word: "subtask" | "part";
  /** What they may cost together; null: not said yet. */
  readonly budget: number | null;
  readonly currency: string;
}

/** What parts cost together, and what that leaves, or is too much. */
export function CostLine({ parts, word, budget, currency }: CostLineProps) {
  const cost = costOf(parts);
  const left = budget === null ? null : budget - cost;
  return (
    <p className={classes.money} data-over={(left ?? 0) < 0 || undefined}>
      {parts.length} {parts.length === 1 ? word : `${word}s`} for <Money amount={cost} currency={currency} strong />
      {left === null ? null : left < 0 ? (
        <>
          , <Money amount={-left} currency={currency} strong /> more than the budget
        </>
      ) : (
        <>
          , <Money amount={left} currency={currency} /> left
        </>
      )}
    </p>
  );
}
