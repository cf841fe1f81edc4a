import { Facts } from "../../components/facts.tsx";
import { Money } from "../../components/money.tsx";
import { When } from "../../components/when.tsx";
import { ProgressBar } from "./progress-bar.tsx";
import classes from "./project-page.module.css";
import type { Project } from "./queries.ts";

/** How far it is, and where its money is. */
export function ProjectMoney({
  project: { progress, money, review_due_at: reviewDueAt },
}: {
  readonly project: Project;
}) {
  const amount = (cents: number) => <Money amount={cents} currency={money?.currency ?? "usd"} />;
  return (
    <div className={classes.money}>
      <ProgressBar progress={progress} />
      <Facts
        facts={{
          Budget: money === null ? undefined : amount(money.budget),
          Planned: money === null ? undefined : amount(money.carved),
          Spent: money === null ? undefined : <Money amount={money.spent} currency={money.currency} strong />,
          "Not planned": money === null ? undefined : amount(money.left),
          "Approved by itself": reviewDueAt === null ? undefined : <When at={reviewDueAt} />,
        }}
      />
    </div>
  );
}
