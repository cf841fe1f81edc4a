import { Money } from "../../components/money.tsx";
import { PartyName } from "../../components/party-name.tsx";
import classes from "./dispute-page.module.css";
import type { Movement, Stake } from "./ruling.ts";

export interface TransfersProps {
  readonly stake: Stake;
  readonly movements: readonly Movement[];
  readonly isDone?: boolean;
}

/** Where the frozen money goes, to the cent. */
export function Transfers({ stake, movements, isDone = false }: TransfersProps) {
  const { currency, budget } = stake;
  const moved = movements.filter(({ amount }) => amount > 0);
  const total = moved.reduce((sum, { amount }) => sum + amount, 0);
  return (
    <section aria-label={isDone ? "Transfers that were made" : "Transfers that this will make"} aria-live="polite">
      <dl className={classes.transfers}>
        {/* The same in one glance. */}
        <div className={classes.bar} aria-hidden="true">
          {moved.map(({ to, amount }) => (
            <span key={to} data-to={to} style={{ width: `${(amount / Math.max(1, total)) * 100}%` }} />
          ))}
        </div>
        {moved.map(({ to, amount }) => (
          <div key={to} className={classes.row}>
            <dt>
              <Receiver to={to} stake={stake} />
            </dt>
            <dd>
              <Money amount={amount} currency={currency} />
            </dd>
          </div>
        ))}
        <div className={classes.row} data-total="true">
          <dt>{stake.kind === "project" ? "Left of the project's budget" : "All of the frozen money"}</dt>
          <dd>
            <Money amount={stake.kind === "project" ? total : budget} currency={currency} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

function Receiver({ to, stake }: { readonly to: Movement["to"]; readonly stake: Stake }) {
  switch (to) {
    case "worker":
      return (
        <>
          Worker, <PartyName id={stake.worker_id} />
        </>
      );
    case "platform":
      return <>Platform, fee of {stake.fee_basis_points / 100} %</>;
    case "poster":
      return (
        <>
          Poster, <PartyName id={stake.poster_id} />
        </>
      );
    case "project":
      return <>Back to the project</>;
    default:
      return <>Kept for whoever does the subtask next</>;
  }
}
