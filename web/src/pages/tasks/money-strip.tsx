import type { Task } from "@guildhall/client";
import { Money } from "../../components/money.tsx";
import { When } from "../../components/when.tsx";
import classes from "./money-strip.module.css";
import { splitPrice } from "./split-price.ts";

type Step = "done" | "now" | "later";

/** Where the money of a task is: held, with whom it ends, and what the platform keeps. */
export function MoneyStrip({ task }: { readonly task: Task }) {
  const { currency, budget, price, state, release_due_at: releaseDueAt } = task;
  if (task.funding === "allowance") {
    return <p className={classes.free}>Paid by the day's free allowance: no money is held.</p>;
  }
  const { net, fee } = splitPrice(price ?? budget, task.fee_basis_points);
  const isOver = state === "cancelled" || state === "expired";
  const isPaid = state === "completed" && releaseDueAt === null;
  const held: Step = isOver || isPaid ? "done" : "now";
  return (
    <dl className={classes.strip} aria-label="Money">
      <Stage step={held} title={state === "disputed" ? "Frozen until a ruling" : held === "now" ? "Held" : "Was held"}>
        <Money amount={budget} currency={currency} strong />
      </Stage>
      {isOver ? (
        <Stage step="now" title="Returned to the poster">
          <Money amount={budget} currency={currency} strong />
        </Stage>
      ) : (
        <>
          <Stage step={isPaid ? "now" : "later"} title={isPaid ? "Paid to the worker" : "The worker gets"}>
            <Money amount={net} currency={currency} strong />
          </Stage>
          <Stage step={isPaid ? "done" : "later"} title={`Fee, ${task.fee_basis_points / 100} %`}>
            <Money amount={fee} currency={currency} />
          </Stage>
          {price !== null && price < budget ? (
            <Stage step={isPaid ? "done" : "later"} title={isPaid ? "Returned" : "Returns to the poster"}>
              <Money amount={budget - price} currency={currency} />
            </Stage>
          ) : null}
        </>
      )}
      {releaseDueAt === null ? null : (
        <Stage step="now" title="Approved; paid">
          <When at={releaseDueAt} />
        </Stage>
      )}
    </dl>
  );
}

function Stage({
  step,
  title,
  children,
}: {
  readonly step: Step;
  readonly title: string;
  readonly children: React.ReactNode;
}) {
  return (
    <div className={classes.stage} data-step={step}>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}
