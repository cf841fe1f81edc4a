import { useElementSize } from "@mantine/hooks";
import classes from "./bar-chart.module.css";
import { niceSteps } from "./nice-steps.ts";

interface Bar {
  /** Unique; for instance a day. */
  readonly key: string;
  /** Under the axis, where there is room for it. */
  readonly label: string;
  readonly amount: number;
  /** On hover. */
  readonly title: string;
}

export interface BarChartProps {
  readonly bars: readonly Bar[];
  /** What it shows, whole, for those who do not see it. */
  readonly summary: string;
  /** How an amount is written at the axis. */
  readonly write: (amount: number) => string;
}

const heightPx = 220;
const topPx = 10;
const bottomPx = 24;
const labelWidthPx = 64;
const plotPx = heightPx - topPx - bottomPx;
/** So much room the label of a bar needs. */
const labelEveryPx = 70;

/** Amounts over time as bars, as wide as there is room. */
export function BarChart({ bars, summary, write }: BarChartProps) {
  const { ref, width } = useElementSize();
  const steps = niceSteps(Math.max(1, ...bars.map(({ amount }) => amount)));
  const top = steps.at(-1) ?? 1;
  const heightOf = (amount: number): number => (amount / top) * plotPx;
  const slotPx = Math.max(0, width - labelWidthPx) / Math.max(1, bars.length);
  const labelEvery = Math.max(1, Math.ceil(labelEveryPx / Math.max(1, slotPx)));
  const barPx = Math.max(1, Math.min(28, slotPx * 0.72));
  return (
    <div ref={ref} className={classes.chart}>
      <svg role="img" aria-label={summary} width={width} height={heightPx}>
        {steps.map((step) => (
          <g key={step} transform={`translate(0 ${topPx + plotPx - heightOf(step)})`}>
            <line x1={labelWidthPx} x2={width} className={classes.line} />
            <text x={labelWidthPx - 8} dy="0.32em" textAnchor="end" className={classes.label}>
              {write(step)}
            </text>
          </g>
        ))}
        {bars.map(({ key, label, amount, title }, index) => (
          <g key={key} transform={`translate(${labelWidthPx + index * slotPx} ${topPx})`}>
            <rect className={classes.slot} width={slotPx} height={plotPx}>
              <title>{title}</title>
            </rect>
            <rect
              className={classes.bar}
              x={(slotPx - barPx) / 2}
              y={plotPx - heightOf(amount)}
              width={barPx}
              height={heightOf(amount)}
              rx={Math.min(2, barPx / 2)}
            />
            {index % labelEvery === 0 ? (
              <text x={slotPx / 2} y={plotPx + 17} textAnchor="middle" className={classes.label}>
                {label}
              </text>
            ) : null}
          </g>
        ))}
      </svg>
    </div>
  );
}
